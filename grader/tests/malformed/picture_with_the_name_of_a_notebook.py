"""A screenshot that was renamed to .ipynb.

points: none
says: is a picture
"""


def handed_in(notebook: dict) -> object:
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256))
