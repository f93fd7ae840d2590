"""problem: shares
way: a loop instead of a comprehension
"""


def shares(counts):
    result = {}
    for item in counts:
        result[item] = counts[item] / sum(counts.values())
    return result
