"""problem: tune_k
mistake: a generator of ks is empty after the loop
expects: ks may be a generator
"""

import numpy as np


def tune_k(fit, valid, ks):
    valid = list(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return list(ks)[np.argmin(bits)], bits
