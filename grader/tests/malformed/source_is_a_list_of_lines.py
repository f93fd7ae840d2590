"""Every source is a list of lines, as Jupyter writes it.

points: 60
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return notebook
