"""problem: kneser_ney
mistake: maximum likelihood: nothing is taken from the counts
expects: nothing was discounted
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return count / total[history], backoff
