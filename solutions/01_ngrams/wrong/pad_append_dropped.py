"""problem: pad
mistake: the array that np.append returns is dropped
expects: np.append returns a new array
"""

import numpy as np


def pad(sequences):
    stream = np.zeros(0, np.int64)
    for ids in sequences:
        np.append(stream, [BOS, *ids, EOS])
    return stream
