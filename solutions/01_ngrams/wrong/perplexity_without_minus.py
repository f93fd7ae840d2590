"""problem: perplexity
mistake: the sign is lost: 2 to the mean log probability
expects: surprise is minus the log
"""

import numpy as np


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** np.mean(log2_probs)
