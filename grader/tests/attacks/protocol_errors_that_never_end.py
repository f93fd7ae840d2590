"""aims at: the journal and the pages, with an error of many megabytes in every field
cell: tally
worth: 0
rest: own loss
"""

import sys


def tally(items):
    raise ValueError


_engine = sys.modules["grader.engine.student"]
_engine.raised = lambda error: {
    "thrown": None,
    "names": ["x." + "y" * 10_000_000, "builtins.ValueError", "builtins.Exception"],
    "args": ["z" * 10_000_000],
    "text": "tally: correct " * 1_000_000,
    "stack": "s" * 10_000_000,
    "cell": "c" * 10_000_000,
    "line": 10**30,
}
raise ValueError
