"""problem: add_k
mistake: returns the probabilities of the seen words and no backoff
expects: two arrays: alpha and backoff
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    return (count + k) / (total + k * (vocab_size - 1))[history]
