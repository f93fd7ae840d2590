"""Two notebooks, one after the other, in one file.

points: none
says: a second text follows
"""

import json


def handed_in(notebook: dict) -> object:
    return (json.dumps(notebook) * 2).encode()
