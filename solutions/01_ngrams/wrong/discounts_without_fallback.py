"""problem: discounts
mistake: divides by zero on a small text
expects: the formula divides by zero
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    i = np.arange(1, 4)
    y = n[1] / (n[1] + 2 * n[2])
    return np.append(0, i - (i + 1) * y * n[i + 1] / n[i])
