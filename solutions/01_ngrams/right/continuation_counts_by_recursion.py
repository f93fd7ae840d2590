"""problem: continuation_counts
way: the lowest order, then the rest of the tables
"""

import numpy as np


def level(tables, begins):
    """The counts of the first table, then of those above it."""
    table, *longer = tables
    if not longer:
        return [table.count]
    rows, preceding = np.unique(longer[0].suffix, return_counts=True)
    new = np.zeros(len(table.word), int)
    new[rows] = preceding
    return [
        new * ~begins[0] + table.count * begins[0],
        *level(longer, begins[1:]),
    ]


def continuation_counts(tables):
    return level(tables, begins_with_bos(tables))
