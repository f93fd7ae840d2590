"""problem: perplexity
mistake: turns the sign in the array of the caller
expects: you changed the array
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    log2_probs *= -1
    return 2 ** np.mean(log2_probs)
