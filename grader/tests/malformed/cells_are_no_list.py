"""The cells are a dictionary.

points: none
says: its cells are not a list
"""


def handed_in(notebook: dict) -> object:
    return notebook | {"cells": {"0": notebook["cells"][0]}}
