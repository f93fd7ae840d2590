"""problem: kneser_ney
mistake: divides by what is left of the counts
expects: the total of the counts before discounting
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    taken = discount[np.minimum(count, 3)]
    total = np.bincount(history, count - taken, n_histories)
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
