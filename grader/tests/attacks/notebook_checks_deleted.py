"""aims at: the checks, which are not in what is handed in
cell: notebook tally-counts
worth: 0
"""


def change(notebook):
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("tally-")
    ]
