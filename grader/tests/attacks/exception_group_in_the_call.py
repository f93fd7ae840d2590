"""aims at: `except` clauses, with a group that holds every kind of error
cell: tally
worth: 0
"""


def tally(items):
    raise BaseExceptionGroup("correct", [KeyboardInterrupt(), GeneratorExit(), SystemExit(0)])
