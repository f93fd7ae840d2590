"""problem: continuation_counts
mistake: returns the example
expects: one array for each table
"""

import numpy as np


def continuation_counts(tables):
    rows = [[0, 2, 2, 1, 1], [2, 2, 1, 1, 1, 1], [2, 1, 1, 1, 1, 1]]
    return [np.array(row) for row in rows]
