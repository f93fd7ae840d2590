"""problem: maximum_likelihood
mistake: divides by the number of distinct followers
expects: not by how many rows it has
"""

import numpy as np


def maximum_likelihood(history, count):
    return count / np.bincount(history)[history]
