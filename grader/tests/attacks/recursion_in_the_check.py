"""aims at: the room on the stack, so that the check fails with an error that looks like its own
cell: tally
worth: 0
rest: own loss
"""

import sys


def tally(items):
    sys.setrecursionlimit(sys.getrecursionlimit() + 100_000)
    nested = {}
    for _ in range(50_000):
        nested = {"v": nested}
    return nested
