"""problem: discounts
mistake: n_4 counts everything from 4 up
expects: exactly 4
"""

import numpy as np


def discounts(count):
    n = np.bincount(np.minimum(count, 4), minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])
