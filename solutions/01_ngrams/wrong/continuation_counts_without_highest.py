"""problem: continuation_counts
mistake: no counts for the highest order
expects: the highest order included
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return counts
