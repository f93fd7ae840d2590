"""problem: discounts
mistake: the fallback belongs below 0 only, a discount of exactly 0 is kept
expects: not above 0; here D_3 is 0
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d >= 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])
