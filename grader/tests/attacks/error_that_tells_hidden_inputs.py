"""aims at: the inputs of hidden checks, kept by the answer and told by an error of a later cell
cell: notebook shares-sum
worth: 0
"""


def change(notebook):
    import nbformat

    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "shares":
            cell.source = "_kept = []\n\ndef shares(counts):\n    _kept.append(counts)\n    return {'a': 0.75, 'b': 0.25}"
    told = "raise ValueError(*['secret_counts = ' + str(c) for c in _kept])"
    notebook.cells.append(nbformat.v4.new_code_cell(told))
