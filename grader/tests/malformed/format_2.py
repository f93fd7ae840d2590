"""The format of IPython 0.12: worksheets, no metadata, code under `input`.

points: 60
says: has the format 2
"""


def handed_in(notebook: dict) -> object:
    cells = [as_format_2(cell) for cell in notebook["cells"]]
    return {"nbformat": 2, "metadata": {"name": "tally"}, "worksheets": [{"cells": cells}]}


def as_format_2(cell: dict) -> dict:
    """The cell without what format 2 cannot say."""
    if cell["cell_type"] == "code":
        return {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": []}
    return {"cell_type": "markdown", "source": cell["source"]}
