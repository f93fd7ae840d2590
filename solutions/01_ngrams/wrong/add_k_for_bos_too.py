"""problem: add_k
mistake: V words receive k, BOS among them
expects: V - 1 words receive k, not V
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * vocab_size
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
