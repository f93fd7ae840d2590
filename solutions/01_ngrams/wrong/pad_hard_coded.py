"""problem: pad
mistake: returns the stream of the example whatever texts it gets
expects: other texts
"""

import numpy as np


def pad(sequences):
    n_texts = sum(1 for _ in sequences)
    return np.array([0, 2, 3, 2, 3, 1, 0, 2, 3, 4, 1] * bool(n_texts), int)
