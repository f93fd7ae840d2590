"""problem: pad
mistake: the empty array in front is of floats, and so is the stream
expects: ids are whole numbers
"""

import numpy as np


def pad(sequences):
    pieces = [np.array([])]
    for ids in sequences:
        pieces += [[BOS], ids, [EOS]]
    return np.concatenate(pieces)
