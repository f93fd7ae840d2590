"""Twelve megabytes of numbers in a cell.

points: none
says: take out what is no answer
"""


def handed_in(notebook: dict) -> object:
    notebook["cells"][-1]["source"] += "0.123456," * 1_400_000
    return notebook
