"""problem: add_k
mistake: an unseen history has backoff 0, so its words have probability 0
expects: the unseen history 1 backs off entirely
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.zeros(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
