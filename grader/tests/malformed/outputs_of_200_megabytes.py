"""A loop has printed 200 MB into the notebook.

points: 60
says: 200 MB; all outputs were left out
"""

import json


def handed_in(notebook: dict) -> object:
    text = "all work and no play\n" * 2500
    output = {"output_type": "stream", "name": "stdout", "text": text}
    answer = next(c for c in notebook["cells"] if c["source"].startswith("def tally"))
    answer["outputs"] = ["here"]
    one = json.dumps(output)
    many = ", ".join([one] * (200_000_000 // len(one) + 1))
    return json.dumps(notebook).replace('"here"', many).encode()
