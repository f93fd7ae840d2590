"""A comma too many, as a hand edit leaves it.

points: none
says: see line 1;
"""

import json


def handed_in(notebook: dict) -> object:
    return (json.dumps(notebook)[:-1] + ",}").encode()
