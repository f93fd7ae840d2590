"""Format 4.2, in which cells have no ids.

points: 60
"""


def handed_in(notebook: dict) -> object:
    notebook["nbformat_minor"] = 2
    for cell in notebook["cells"]:
        del cell["id"]
    return notebook
