"""problem: add_k
mistake: no fallback for an unseen history: 0 / 0 for k = 0
expects: with k = 0 an unseen history
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    return count / (total + added)[history], added / (total + added)
