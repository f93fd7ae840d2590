"""The download ended in the middle.

points: none
says: was cut short
"""

import json


def handed_in(notebook: dict) -> object:
    text = json.dumps(notebook)
    return text[: len(text) // 2].encode()
