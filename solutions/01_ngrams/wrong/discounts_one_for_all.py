"""problem: discounts
mistake: the one discount Y of unmodified Kneser-Ney
expects: one discount for all
"""

import numpy as np


def discounts(count):
    n = np.bincount(count, minlength=5)
    if not n[1] or not n[2]:
        return np.array([0, 0.5, 1, 1.5])
    return np.array([0, 1, 1, 1]) * n[1] / (n[1] + 2 * n[2])
