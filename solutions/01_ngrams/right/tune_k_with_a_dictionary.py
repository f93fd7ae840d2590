"""problem: tune_k
way: a dictionary from k to its bits
"""


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(valid)
    bits = {k: bits_per_byte(fit(k), valid) for k in ks}
    return min(bits, key=bits.get), [bits[k] for k in ks]
