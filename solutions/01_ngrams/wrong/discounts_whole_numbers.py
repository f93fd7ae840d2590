"""problem: discounts
mistake: an array of whole numbers cuts the discounts off
expects: cuts them off
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            out = np.zeros(4, int)
            out[1:] = d
            return out
    return np.array([0, 0.5, 1, 1.5])
