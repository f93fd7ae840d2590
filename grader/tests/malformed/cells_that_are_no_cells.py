"""Among the cells are null, a number and a text.

points: 60
says: what is no cell was left out
"""


def handed_in(notebook: dict) -> object:
    return notebook | {"cells": [None, 3, *notebook["cells"], "text"]}
