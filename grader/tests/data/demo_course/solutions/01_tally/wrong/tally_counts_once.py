"""problem: tally
mistake: every item is counted once, however often it occurs
expects: a occurs twice
"""


def tally(items):
    return dict.fromkeys(items, 1)
