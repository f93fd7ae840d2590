"""problem: shares
mistake: divides by the largest count
expects: divide by the sum
"""


def shares(counts):
    largest = max(counts.values(), default=1)
    return {item: count / largest for item, count in counts.items()}
