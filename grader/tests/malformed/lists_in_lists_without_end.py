"""A hundred thousand brackets.

points: none
says: lists in lists
"""


def handed_in(notebook: dict) -> object:
    return b"[" * 100_000
