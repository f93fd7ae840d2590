"""Authors' tooling: from the library and the solutions to the exercises that students open."""
