"""aims at: the browser of the person who marks, through text cells with HTML
cell: notebook tally-counts
worth: 0
"""


def change(notebook):
    page = "<script>alert(1)</script><img src=x onerror=alert(1)>[go](javascript:alert(1))"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source += page
    notebook.metadata["title"] = page
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
