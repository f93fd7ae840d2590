"""problem: kneser_ney
mistake: a count of c loses the discount of c - 1
expects: a count of 1 loses discount[1]
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(np.maximum(count - 1, 0), 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
