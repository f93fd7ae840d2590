"""Compressed by gzip, with the name kept.

points: 60
says: gzip
"""

import gzip
import json


def handed_in(notebook: dict) -> object:
    return gzip.compress(json.dumps(notebook).encode())
