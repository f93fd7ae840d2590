"""problem: kneser_ney
mistake: 0 / 0 for an unseen history
expects: 0 / 0 for the unseen history
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories) / total
    return ((count - taken) / total[history]), backoff
