"""problem: add_k
way: maximum likelihood, scaled by what is not backed off
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, weights=count, minlength=n_histories)
    weight = np.where(total > 0, total / (total + k * (vocab_size - 1)), 0.0)
    return weight[history] * count / total[history], 1 - weight
