"""The library of the demo course, which the tests of the tooling use."""
