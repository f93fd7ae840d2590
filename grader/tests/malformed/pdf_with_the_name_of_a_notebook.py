"""A PDF that was renamed to .ipynb.

points: none
says: is a PDF
"""


def handed_in(notebook: dict) -> object:
    return b"%PDF-1.7\n" + bytes(range(128, 256))
