"""A file of the right length whose bytes are all zero, after a failed upload.

points: none
says: only zero bytes
"""


def handed_in(notebook: dict) -> object:
    return bytes(5000)
