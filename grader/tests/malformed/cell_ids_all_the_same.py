"""Every cell has the same id.

points: 60
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        cell["id"] = "same"
    return notebook
