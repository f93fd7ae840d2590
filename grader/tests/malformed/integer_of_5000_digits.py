"""A number longer than Python converts.

points: 60
"""

import json


def handed_in(notebook: dict) -> object:
    return (
        json.dumps(notebook | {"nbformat_minor": 5})
        .replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 5000)
        .encode()
    )
