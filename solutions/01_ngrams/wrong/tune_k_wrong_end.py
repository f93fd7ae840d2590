"""problem: tune_k
mistake: takes the k with the most bits per byte
expects: the wrong end
"""

import numpy as np


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[np.argmax(bits)], bits
