"""The notebook's own metadata, with the kernel, is gone.

points: 60
"""


def handed_in(notebook: dict) -> object:
    del notebook["metadata"]
    return notebook
