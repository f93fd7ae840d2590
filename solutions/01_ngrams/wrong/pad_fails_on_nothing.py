"""problem: pad
mistake: no text at all gives an empty array of floats
expects: an empty stream holds whole numbers too
"""

import numpy as np


def pad(sequences):
    return np.array([i for ids in sequences for i in (BOS, *ids, EOS)])
