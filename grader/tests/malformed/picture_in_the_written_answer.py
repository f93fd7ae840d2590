"""A photo is attached to the written answer.

points: 60
says: pictures in written answers were left out: essay
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "essay":
            cell["source"] = "See ![photo](attachment:photo.png)"
            cell["attachments"] = {"photo.png": {"image/png": "iVBORw0KGgo="}}
    return notebook
