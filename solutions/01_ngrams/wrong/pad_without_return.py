"""problem: pad
mistake: the stream is printed, not returned
expects: pad returns nothing
"""

import numpy as np


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, *ids, EOS)]
    print(np.array(stream, np.int64))
