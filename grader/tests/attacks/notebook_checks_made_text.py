"""aims at: the checks, turned into Markdown and raw cells that are never run
cell: notebook tally-counts
worth: 0
"""


def change(notebook):
    for cell, kind in zip(notebook.cells, ["markdown", "raw"] * 99, strict=False):
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("tally-"):
            cell.cell_type = kind
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
