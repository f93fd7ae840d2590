"""problem: pad
mistake: one BOS and one EOS around all texts together
expects: each text needs its own
"""

import numpy as np


def pad(sequences):
    return np.array([BOS, *(i for ids in sequences for i in ids), EOS])
