"""The library of the lab course: small parts of a network, for the tests of the grading."""
