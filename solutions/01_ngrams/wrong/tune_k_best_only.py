"""problem: tune_k
mistake: returns the best result, not all
expects: the bits per byte of every k
"""


def tune_k(fit, valid, ks):
    valid = list(valid)
    bits, k = min((bits_per_byte(fit(k), valid), k) for k in ks)
    return k, [bits]
