"""The ids in the metadata are lists and dictionaries.

points: 60
says: known by what they hold
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = [{"a": 1}]
    return notebook
