"""problem: discounts
mistake: n_i is the number of k-grams with count i - 1
expects: is n_i off by one
"""

import numpy as np


def discounts(count):
    n = np.append(0, np.bincount(count, minlength=4))
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])
