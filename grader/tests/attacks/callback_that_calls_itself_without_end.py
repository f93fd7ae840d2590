"""aims at: the examiner's stack, by a function of the check that calls the answer that calls it
cell: twice
worth: 0
course: bait
"""

_kept = []


def twice(function, x):
    _kept.append(function)
    return _kept[0](x)
