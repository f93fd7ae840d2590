"""problem: continuation_counts
mistake: k-grams that begin with BOS have continuation counts, which are 0
expects: nothing precedes a BOS
"""

import numpy as np


def continuation_counts(tables):
    counts = []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        counts.append(new)
    return [*counts, tables[-1].count]
