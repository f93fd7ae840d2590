"""One answer ends in the middle of a line.

points: 20
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def tally"):
            cell["source"] = cell["source"][: cell["source"].index("for item")] + "for ("
    return notebook
