"""problem: perplexity
mistake: e to the power of a mean of log2
expects: the power has base 2, not e
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return np.exp(-np.mean(log2_probs))
