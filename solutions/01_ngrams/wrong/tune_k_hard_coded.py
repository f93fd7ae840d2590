"""problem: tune_k
mistake: k = 1 always wins
expects: the k with the fewest bits per byte
"""


def tune_k(fit, valid, ks):
    valid = list(valid)
    return 1, [bits_per_byte(fit(k), valid) for k in ks]
