"""The source is a list with null, numbers and lists in it.

points: 20
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        if cell["source"].startswith("def tally"):
            cell["source"] = ["x = ", 1, None, ["y"], {"z": 2}]
    return notebook
