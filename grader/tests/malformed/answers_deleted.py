"""Both answer cells are gone, everything else is there.

points: 0
says: missing cells were put back: tally, shares
"""


def handed_in(notebook: dict) -> object:
    answers = ("def tally", "def shares")
    notebook["cells"] = [c for c in notebook["cells"] if not c["source"].startswith(answers)]
    return notebook
