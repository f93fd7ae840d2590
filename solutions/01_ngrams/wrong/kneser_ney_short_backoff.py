"""problem: kneser_ney
mistake: the histories after the last seen one have no backoff
expects: has an entry for each
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken)
    seen, backoff = total > 0, np.ones(len(total))
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff
