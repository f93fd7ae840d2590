"""problem: perplexity
mistake: 2 to the sum of the surprise, not to its mean
expects: take the mean, not the sum
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.sum(log2_probs)
