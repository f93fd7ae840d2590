"""The last cell comes first.

points: 60
"""


def handed_in(notebook: dict) -> object:
    return notebook | {"cells": notebook["cells"][::-1]}
