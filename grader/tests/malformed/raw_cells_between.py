"""A raw cell stands between every two cells.

points: 60
"""


def handed_in(notebook: dict) -> object:
    raw = {"cell_type": "raw", "metadata": {}, "source": "def tally(items): return None"}
    notebook["cells"] = [each for cell in notebook["cells"] for each in (dict(raw), cell)]
    return notebook
