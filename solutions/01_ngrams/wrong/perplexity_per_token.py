"""problem: perplexity
mistake: one number for each token
expects: one number for all tokens
"""


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2**-log2_probs
