"""Saved in the old Western encoding.

points: 60
says: not UTF-8
"""

import json


def handed_in(notebook: dict) -> object:
    notebook["cells"][0]["source"] += "Größe, café"
    return json.dumps(notebook, ensure_ascii=False).encode("latin-1")
