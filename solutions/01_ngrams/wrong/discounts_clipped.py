"""problem: discounts
mistake: a discount out of range is clipped, the others are kept
expects: undefined or not above 0
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        return np.append(0, np.clip(d, 0, i))
    return np.array([0, 0.5, 1, 1.5])
