"""problem: continuation_counts
mistake: the counts of the tables are overwritten
expects: you changed the counts of the tables
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        tables[k].count[:] = new
        counts.append(new)
    return [*counts, tables[-1].count]
