"""The text of the written answer stands in a code cell.

points: 60
says: had another type
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "essay":
            cell.update(cell_type="code", outputs=[], execution_count=None)
    return notebook
