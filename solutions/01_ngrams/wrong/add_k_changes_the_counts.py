"""problem: add_k
mistake: numbers the histories in the array of the caller
expects: you changed the arrays
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    alpha = count / (total[history] + added)
    count -= count.min()
    return alpha, backoff
