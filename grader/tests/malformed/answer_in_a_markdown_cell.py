"""The type of an answer cell was changed by a slip of a key.

points: 60
says: had another type
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def shares"):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
    return notebook
