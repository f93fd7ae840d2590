"""problem: add_k
mistake: adds one, whatever k is
expects: this is add-one (Laplace)
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = vocab_size - 1
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
