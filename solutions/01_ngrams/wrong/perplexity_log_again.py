"""problem: perplexity
mistake: takes the logarithm of the logarithms
expects: log2 probabilities already
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.mean(np.log2(log2_probs))
