"""problem: tune_k
way: remembers the best so far
"""


def tune_k(fit, valid, ks):
    valid, results, best, least = [*valid], [], None, float("inf")
    for k in ks:
        bits = bits_per_byte(fit(k), valid)
        results.append(bits)
        if bits < least:
            best, least = k, bits
    return best, results
