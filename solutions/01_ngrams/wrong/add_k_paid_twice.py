"""problem: add_k
mistake: k is in alpha and in backoff
expects: would be paid out twice
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return (count + k) / (total[history] + added), backoff
