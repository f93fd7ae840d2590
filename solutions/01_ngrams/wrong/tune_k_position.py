"""problem: tune_k
mistake: returns the position of the best k
expects: the best k itself, 1, not its position
"""

import numpy as np


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return int(np.argmin(bits)), bits
