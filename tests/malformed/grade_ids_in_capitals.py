"""A tool has changed the case of every id.

points: 60
says: known by what they hold
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = cell["metadata"]["nbgrader"]["grade_id"].upper()
    return notebook
