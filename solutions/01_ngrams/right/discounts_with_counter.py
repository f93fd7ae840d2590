"""problem: discounts
way: a Counter and an exception for the division by zero
"""

from collections import Counter

import numpy as np


def discounts(count):
    n = Counter(count.tolist())
    try:
        y = n[1] / (n[1] + 2 * n[2])
        d = {i: i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)}
    except ZeroDivisionError:
        d = {1: -1}
    if min(d.values()) <= 0:
        d = {1: 0.5, 2: 1.0, 3: 1.5}
    return np.array([0, d[1], d[2], d[3]])
