"""problem: discounts
mistake: no entry for a count of 0
expects: for counts of 0, 1, 2 and 3 or more
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return d
    return np.array([0, 0.5, 1, 1.5])
