"""The source of an answer is a number.

points: 20
says: missing cells were put back
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def tally"):
            cell["source"], cell["metadata"] = 3.5, {}
    return notebook
