"""The metadata of cells are texts, numbers and lists.

points: 60
says: known by what they hold
"""

import itertools


def handed_in(notebook: dict) -> object:
    for cell, wrong in zip(notebook["cells"], itertools.cycle([None, 3, "x", ["nbgrader"]])):
        cell["metadata"] = wrong
    return notebook
