"""Nothing is left in the notebook.

points: none
says: all its cells are gone
"""


def handed_in(notebook: dict) -> object:
    return notebook | {"cells": []}
