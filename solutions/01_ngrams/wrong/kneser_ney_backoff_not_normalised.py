"""problem: kneser_ney
mistake: what was taken is not divided by the total of the history
expects: does not sum to one
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen]
    return (count - taken) / total[history], backoff
