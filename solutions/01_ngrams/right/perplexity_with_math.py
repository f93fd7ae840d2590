"""problem: perplexity
way: a loop and the math module
"""

import math


def perplexity(log2_probs):
    total = 0.0
    for bits in log2_probs:
        total += bits
    if not len(log2_probs):
        raise ValueError("no tokens, no perplexity")
    return math.pow(2, -total / len(log2_probs))
