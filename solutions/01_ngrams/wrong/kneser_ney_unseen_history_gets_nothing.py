"""problem: kneser_ney
mistake: the backoff of an unseen history is 0
expects: the unseen history 1 backs off entirely
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.zeros(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
