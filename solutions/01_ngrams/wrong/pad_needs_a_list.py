"""problem: pad
mistake: asks a generator for its length
expects: sequences may be a generator
"""

import numpy as np


def pad(sequences):
    stream = np.zeros(0, np.int64)
    for t in range(len(sequences)):
        stream = np.concatenate([stream, [BOS], sequences[t], [EOS]])
    return stream
