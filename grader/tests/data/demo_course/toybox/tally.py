"""Counting things."""

from collections.abc import Iterable


def tally(items: Iterable[str]) -> dict[str, int]:
    """How often each item occurs, in the order in which items first occur.

    >>> tally(["a", "b", "a"])
    {'a': 2, 'b': 1}
    """
    counts: dict[str, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def shares(counts: dict[str, int]) -> dict[str, float]:
    """Each count as a share of their sum; {} for no counts."""
    total = sum(counts.values())
    return {item: count / total for item, count in counts.items()}
