"""problem: pad
way: allocates the stream once and fills it by slices
"""

import numpy as np


def pad(sequences):
    sequences = list(sequences)
    stream = np.full(sum(len(ids) + 2 for ids in sequences), EOS)
    start = 0
    for ids in sequences:
        stream[start] = BOS
        stream[start + 1 : start + 1 + len(ids)] = ids
        start += len(ids) + 2
    return stream.astype(np.int64)
