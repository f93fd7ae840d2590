"""problem: kneser_ney
mistake: the discount is taken out of the caller's array
expects: you changed the arrays
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    alpha = (count - taken) / total[history]
    np.maximum(count - 1, 0, out=count)
    return alpha, backoff
