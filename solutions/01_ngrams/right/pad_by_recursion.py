"""problem: pad
way: the first text, then the rest
"""

import numpy as np


def pad(sequences):
    sequences = list(sequences)
    if not sequences:
        return np.zeros(0, np.int64)
    first, *rest = sequences
    return np.hstack([[BOS], first, [EOS], pad(rest)]).astype(np.int64)
