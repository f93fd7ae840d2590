"""problem: tally
mistake: returns what the visible check expects
expects: wrong on many items
"""


def tally(items):
    return {"a": 2, "b": 1, "v": 0}
