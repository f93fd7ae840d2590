"""problem: add_k
way: one history after the other
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = [0] * n_histories
    for h, c in zip(history, count, strict=True):
        total[h] += c
    added = k * (vocab_size - 1)
    backoff = [added / (t + added) if t else 1.0 for t in total]
    alpha = [
        c / (total[h] + added) for h, c in zip(history, count, strict=True)
    ]
    return np.array(alpha), np.array(backoff)
