"""problem: pad
mistake: no EOS after a text
expects: the EOS that ends each text is missing
"""

import numpy as np


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, *ids)]
    return np.array(stream, np.int64)
