"""problem: add_k
mistake: c(h) is the number of rows: the weights of bincount are forgotten
expects: not the number of rows
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, minlength=n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
