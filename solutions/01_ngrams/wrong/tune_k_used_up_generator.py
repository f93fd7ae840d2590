"""problem: tune_k
mistake: a generator of texts is empty from the second k on
expects: valid may be a generator
"""

import numpy as np


def tune_k(fit, valid, ks):
    ks = list(ks)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[np.argmin(bits)], bits
