"""A tool has changed the case of every id.

points: 60
says: known by what they hold
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader")
        if marks:
            marks["grade_id"] = marks["grade_id"].upper()
    return notebook
