"""problem: pad
mistake: takes the sequences out of the caller's list
expects: you changed the sequences
"""

import numpy as np


def pad(sequences):
    stream = np.zeros(0, np.int64)
    while sequences:
        stream = np.concatenate([stream, [BOS], sequences.pop(0), [EOS]])
    return stream
