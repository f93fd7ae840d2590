"""problem: kneser_ney
way: the textbook: D1 N1 + D2 N2 + D3 N3+ over the total
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    kind = np.clip(count, 0, 3)
    backoff = np.zeros(n_histories)
    for i in (1, 2, 3):
        n = np.bincount(history[kind == i], minlength=n_histories)
        backoff += discount[i] * n
    backoff = np.where(total > 0, backoff / total, 1)
    return (count - np.choose(kind, discount)) / total[history], backoff
