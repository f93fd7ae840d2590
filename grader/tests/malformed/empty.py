"""No byte at all.

points: none
says: the file is empty
"""


def handed_in(notebook: dict) -> object:
    return b""
