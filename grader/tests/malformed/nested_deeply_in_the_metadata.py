"""A valid notebook, with metadata nested beyond what a parser takes.

points: none
says: lists in lists
"""

import json


def handed_in(notebook: dict) -> object:
    deep = "[" * 50_000 + "]" * 50_000
    return json.dumps(notebook | {"deep": "here"}).replace('"here"', deep).encode()
