"""A merge in git was left unresolved.

points: none
says: merge conflict
"""

import json


def handed_in(notebook: dict) -> object:
    head, tail = json.dumps(notebook, indent=1).split("\n", 1)
    conflict = "<<<<<<< HEAD\n=======\n>>>>>>> main\n"
    return f"{head}\n{conflict}{tail}".encode()
