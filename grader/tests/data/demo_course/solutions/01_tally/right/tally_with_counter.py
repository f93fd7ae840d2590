"""problem: tally
way: the standard library's Counter
"""

from collections import Counter


def tally(items):
    return dict(Counter(items))
