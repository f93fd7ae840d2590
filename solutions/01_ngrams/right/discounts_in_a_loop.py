"""problem: discounts
way: four counters and three formulas
"""

import numpy as np


def discounts(count):
    n = [0, 0, 0, 0, 0]
    for c in count:
        if 1 <= c <= 4:
            n[c] += 1
    fallback = np.array([0, 0.5, 1, 1.5])
    if 0 in n[1:4]:
        return fallback
    y = n[1] / (n[1] + 2 * n[2])
    result = [0.0]
    for i in (1, 2, 3):
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if d <= 0:
            return fallback
        result.append(d)
    return np.array(result)
