"""A Python file that was renamed to .ipynb.

points: none
says: is a Python program
"""


def handed_in(notebook: dict) -> object:
    return b"# Assignment 1\nimport random\n"
