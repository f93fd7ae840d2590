"""problem: perplexity
way: the geometric mean of 1 / p, token by token
"""

import numpy as np


def perplexity(log2_probs):
    n = len(log2_probs)
    if n == 0:
        raise ValueError("needs at least one token")
    return np.prod(np.exp2(-log2_probs / n))
