"""problem: perplexity
mistake: returns the mean surprise H
expects: this is H; the perplexity is 2 ** H
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return -np.mean(log2_probs)
