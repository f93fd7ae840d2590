"""problem: perplexity
mistake: averages 1 / p over the tokens
expects: average the logarithms first
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return np.mean(2**-log2_probs)
