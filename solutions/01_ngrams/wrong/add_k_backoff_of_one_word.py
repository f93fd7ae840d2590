"""problem: add_k
mistake: backoff is the share of one unseen word
expects: not the share of a single word
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = k / (total[seen] + added)
    return count / (total[history] + added), backoff
