"""A format that does not exist yet.

points: 60
says: has the format 5
"""


def handed_in(notebook: dict) -> object:
    return notebook | {"nbformat": 5, "nbformat_minor": 0}
