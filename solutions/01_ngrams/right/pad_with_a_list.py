"""problem: pad
way: a Python list, one id after the other
"""

import numpy as np


def pad(sequences):
    stream = []
    for ids in sequences:
        stream.append(BOS)
        for i in ids:
            stream.append(int(i))
        stream.append(EOS)
    return np.array(stream, dtype=np.int64)
