"""The untouched cell was copied from the release to below the answer.

points: 60
says: stood more than once
"""

import copy


def handed_in(notebook: dict) -> object:
    stub = copy.deepcopy(answer(notebook))
    lines = stub["source"].split("\n")
    start = lines.index("    counts: dict[str, int] = {}")
    code = '    # YOUR CODE HERE\n    raise NotImplementedError("tally: not attempted")'
    stub["source"] = "\n".join([*lines[:start], code])
    notebook["cells"].insert(notebook["cells"].index(answer(notebook)) + 1, stub)
    return notebook


def answer(notebook: dict) -> dict:
    """The first answer cell."""
    return next(c for c in notebook["cells"] if c["source"].startswith("def tally"))
