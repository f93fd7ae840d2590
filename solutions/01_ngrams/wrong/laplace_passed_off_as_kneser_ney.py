"""problem: kneser_ney
mistake: add-one smoothing, which sums to one too
expects: as in add-k (Laplace)
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    words = max(count.size, 1)
    return count / (total + words)[history], words / (total + words)
