"""problem: maximum_likelihood
way: a dictionary of totals
"""

import numpy as np


def maximum_likelihood(history, count):
    total = {}
    for h, c in zip(history, count, strict=True):
        total[h] = total.get(h, 0) + c
    return np.array(
        [c / total[h] for h, c in zip(history, count, strict=True)]
    )
