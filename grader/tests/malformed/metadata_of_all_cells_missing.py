"""A tool has thrown away the metadata of every cell.

points: 60
says: known by what they hold: tally, shares, essay
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook
