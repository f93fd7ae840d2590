"""problem: kneser_ney
mistake: the discount of a count of 1 for all counts
expects: one discount for all counts
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = np.where(count > 0, discount[1], 0.0)
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
