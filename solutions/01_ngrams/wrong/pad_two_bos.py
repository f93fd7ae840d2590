"""problem: pad
mistake: order - 1 = 2 BOS before each text, as for trigrams without a table
expects: one BOS per text is enough
"""

import numpy as np


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, BOS, *ids, EOS)]
    return np.array(stream, np.int64)
