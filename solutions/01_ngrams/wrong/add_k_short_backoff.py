"""problem: add_k
mistake: the histories after the last seen one have no backoff
expects: has an entry for each
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count)
    added = k * (vocab_size - 1)
    backoff = np.ones(len(total))
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff
