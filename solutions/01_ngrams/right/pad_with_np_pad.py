"""problem: pad
way: np.pad puts the two marks around each text
"""

import numpy as np


def pad(sequences):
    framed = [np.pad(ids, 1, constant_values=(BOS, EOS)) for ids in sequences]
    return np.concatenate([np.empty(0, int), *framed])
