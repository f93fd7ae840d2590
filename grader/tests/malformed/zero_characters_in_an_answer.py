"""Null characters and halves of characters in the text of an answer.

points: 60
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def tally"):
            cell["source"] += "\n# \0 \ud800"
    return notebook
