"""NaN and Infinity, which JSON does not know, as Python writes them.

points: 60
"""


def handed_in(notebook: dict) -> object:
    notebook["metadata"]["loss"] = [float("nan"), float("inf")]
    return notebook
