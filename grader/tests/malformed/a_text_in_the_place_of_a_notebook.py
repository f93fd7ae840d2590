"""Valid JSON, but only a text.

points: none
says: it has no cells
"""


def handed_in(notebook: dict) -> object:
    return b'"my answers"'
