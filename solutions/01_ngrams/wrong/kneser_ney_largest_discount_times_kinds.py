"""problem: kneser_ney
mistake: backoff is D3 times the number of followers, as if all were large
expects: does not sum to one
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = discount[3] * np.bincount(history, None, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
