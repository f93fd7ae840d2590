"""problem: add_k
mistake: adds V - 1 + k to the count of the history, not k (V - 1)
expects: not k + V - 1
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k + vocab_size - 1
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
