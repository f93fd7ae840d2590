"""problem: maximum_likelihood
mistake: // cuts every probability off to 0 or 1
expects: divide with /, not //
"""

import numpy as np


def maximum_likelihood(history, count):
    total = np.bincount(history, count).astype(int)
    return count // total[history]
