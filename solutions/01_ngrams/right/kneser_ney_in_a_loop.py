"""problem: kneser_ney
way: lists, one row after the other
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total, taken = [0.0] * n_histories, [0.0] * n_histories
    for h, c in zip(history, count, strict=True):
        total[h] += c
        taken[h] += discount[min(c, 3)]
    alpha = [
        (c - discount[min(c, 3)]) / total[h]
        for h, c in zip(history, count, strict=True)
    ]
    backoff = [
        a / b if b > 0 else 1.0 for a, b in zip(taken, total, strict=True)
    ]
    return np.array(alpha), np.array(backoff)
