"""problem: tune_k
mistake: returns the position of the best k
expects: return the best k itself
"""

import numpy as np


def tune_k(fit, valid, ks):
    ks, valid = [*ks, 0], list(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks[:-1]]
    return -int(np.argmin(bits)), bits
