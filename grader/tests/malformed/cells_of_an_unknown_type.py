"""Cells of a type that does not exist stand between the others.

points: 60
"""


def handed_in(notebook: dict) -> object:
    odd = {"cell_type": "sql", "metadata": {}, "source": "SELECT 1"}
    notebook["cells"] = [each for cell in notebook["cells"] for each in (dict(odd), cell)]
    return notebook
