"""Compressed by gzip, and only a part arrived.

points: none
says: damaged gzip archive
"""

import gzip
import json


def handed_in(notebook: dict) -> object:
    return gzip.compress(json.dumps(notebook).encode())[:500]
