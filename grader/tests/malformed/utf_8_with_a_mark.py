"""UTF-8 with a byte order mark in front.

points: 60
says: UTF-8 with a mark
"""

import json


def handed_in(notebook: dict) -> object:
    return json.dumps(notebook).encode("utf-8-sig")
