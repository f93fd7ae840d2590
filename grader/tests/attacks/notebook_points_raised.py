"""aims at: the points of the checks, in the metadata of what is handed in
cell: notebook tally-counts
worth: 0
"""


def change(notebook):
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and "points" in marks:
            marks["points"] = 1000
            marks["grade_id"] = marks["grade_id"]
