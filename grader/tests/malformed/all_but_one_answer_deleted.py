"""One answer cell is all that is left.

points: 40
says: missing cells were put back
"""


def handed_in(notebook: dict) -> object:
    notebook["cells"] = [c for c in notebook["cells"] if c["source"].startswith("def tally")]
    return notebook
