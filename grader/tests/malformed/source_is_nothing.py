"""The source of an answer is null.

points: 20
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def tally"):
            cell["source"] = None
    return notebook
