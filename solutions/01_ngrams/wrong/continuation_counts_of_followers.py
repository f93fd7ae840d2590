"""problem: continuation_counts
mistake: counts the words that follow, not those that precede
expects: not those that follow it
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].history, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]
