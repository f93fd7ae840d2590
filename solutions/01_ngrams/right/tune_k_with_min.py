"""problem: tune_k
way: min with a key
"""


def tune_k(fit, valid, ks):
    ks, valid = tuple(ks), tuple(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    best = min(range(len(ks)), key=lambda i: bits[i])
    return ks[best], bits
