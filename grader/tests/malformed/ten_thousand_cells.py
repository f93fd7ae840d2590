"""A tool has added ten thousand empty cells.

points: none
says: more than 5000 cells
"""


def handed_in(notebook: dict) -> object:
    empty = {"cell_type": "code", "metadata": {}, "source": "", "outputs": []}
    return notebook | {"cells": notebook["cells"] + [dict(empty) for _ in range(10_000)]}
