"""problem: maximum_likelihood
way: np.add.at over renumbered histories
"""

import numpy as np


def maximum_likelihood(history, count):
    known, index = np.unique(history, return_inverse=True)
    total = np.zeros(len(known))
    np.add.at(total, index, count)
    return np.true_divide(count, total.take(index))
