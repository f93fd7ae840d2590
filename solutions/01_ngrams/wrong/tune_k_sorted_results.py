"""problem: tune_k
mistake: the results are sorted, best first
expects: stand in the order of ks
"""


def tune_k(fit, valid, ks):
    valid = list(valid)
    bits = sorted((bits_per_byte(fit(k), valid), k) for k in ks)
    return bits[0][1], [b for b, _ in bits]
