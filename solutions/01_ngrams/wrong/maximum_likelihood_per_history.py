"""problem: maximum_likelihood
mistake: returns the totals of the histories
expects: one probability for each row
"""

import numpy as np


def maximum_likelihood(history, count):
    return np.bincount(history, count) / count.sum()
