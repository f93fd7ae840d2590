"""Saved as UTF-16, as Windows Notepad calls Unicode.

points: 60
says: UTF-16
"""

import json


def handed_in(notebook: dict) -> object:
    return json.dumps(notebook).encode("utf-16")
