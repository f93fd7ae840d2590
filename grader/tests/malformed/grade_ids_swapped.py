"""The metadata of the two answer cells changed places.

points: 60
says: known by what they hold
"""


def handed_in(notebook: dict) -> object:
    tally, shares = (
        next(cell["metadata"] for cell in notebook["cells"] if cell["source"].startswith(start))
        for start in ("def tally", "def shares")
    )
    tally["nbgrader"], shares["nbgrader"] = shares["nbgrader"], tally["nbgrader"]
    return notebook
