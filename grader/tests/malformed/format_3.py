"""The format of IPython 1 and 2: worksheets, headings as a type of cell.

points: 60
says: has the format 3
"""


def handed_in(notebook: dict) -> object:
    cells = [as_format_3(cell) for cell in notebook["cells"]]
    cells.insert(1, {"cell_type": "heading", "level": 1, "source": "Tally", "metadata": {}})
    sheets = [{"cells": cells, "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


def as_format_3(cell: dict) -> dict:
    """The cell with its code under `input`."""
    if cell["cell_type"] == "code":
        code = {"input": cell["source"], "language": "python", "outputs": []}
        return {"cell_type": "code", "metadata": cell["metadata"], **code}
    return {key: cell[key] for key in ("cell_type", "metadata", "source")}
