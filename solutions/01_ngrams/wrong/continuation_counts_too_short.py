"""problem: continuation_counts
mistake: bincount without minlength leaves out the last rows
expects: as long as its table
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix)[:rows]
        new[begins[k][: len(new)]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]
