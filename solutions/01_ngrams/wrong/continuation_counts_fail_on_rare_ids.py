"""problem: continuation_counts
mistake: bincount without minlength does not fit the ids that never occur
expects: minlength of np.bincount
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        new = np.bincount(tables[k + 1].suffix)
        new = np.where(begins[k], tables[k].count, new)
        counts.append(new)
    return [*counts, tables[-1].count]
