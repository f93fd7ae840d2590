"""problem: perplexity
mistake: returns nan where there is no token
expects: raise a ValueError
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        return np.nan
    return 2 ** -np.mean(log2_probs)
