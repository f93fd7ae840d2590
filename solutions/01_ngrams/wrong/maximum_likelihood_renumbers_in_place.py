"""problem: maximum_likelihood
mistake: numbers the histories anew in the array of the caller
expects: you changed the arrays
"""

import numpy as np


def maximum_likelihood(history, count):
    history[:] = np.unique(history, return_inverse=True)[1]
    return count / np.bincount(history, count)[history]
