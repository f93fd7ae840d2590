"""problem: perplexity
mistake: returns 4, the answer to the example
expects: random tokens
"""


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 4.0
