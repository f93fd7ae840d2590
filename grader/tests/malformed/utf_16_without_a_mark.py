"""UTF-16 whose byte order mark was cut off.

points: 60
says: UTF-16
"""

import json


def handed_in(notebook: dict) -> object:
    return json.dumps(notebook).encode("utf-16-le")
