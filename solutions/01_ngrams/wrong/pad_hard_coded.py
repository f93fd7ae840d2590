"""problem: pad
mistake: returns the stream of the example whatever it gets
expects: other texts
"""

import numpy as np


def pad(sequences):
    return np.array([0, 2, 3, 2, 3, 1, 0, 2, 3, 4, 1])
