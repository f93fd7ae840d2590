"""problem: perplexity
way: converts to natural logarithms first
"""

import numpy as np


def perplexity(log2_probs):
    if np.size(log2_probs) < 1:
        raise ValueError(f"perplexity of {log2_probs}")
    nats = np.asarray(log2_probs) * np.log(2)
    return np.exp(-nats.sum() / nats.size)
