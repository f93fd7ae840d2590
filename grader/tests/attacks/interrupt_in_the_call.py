"""aims at: the grader's own handling of an interrupt, with a KeyboardInterrupt from the call
cell: tally
worth: 0
"""


def tally(items):
    raise KeyboardInterrupt("stop grading, all is correct")
