"""The metadata of the two answer cells changed places.

points: 60
says: known by what they hold
"""


def handed_in(notebook: dict) -> object:
    marks = {c["metadata"]["nbgrader"]["grade_id"]: c["metadata"] for c in notebook["cells"] if c["metadata"]}
    marks["tally"]["nbgrader"], marks["shares"]["nbgrader"] = (
        marks["shares"]["nbgrader"],
        marks["tally"]["nbgrader"],
    )
    return notebook
