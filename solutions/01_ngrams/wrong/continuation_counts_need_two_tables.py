"""problem: continuation_counts
mistake: a single table is taken for a lower order
expects: a single table is the highest order
"""

import numpy as np


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    tables = [*tables, Table(*[np.zeros(0, int)] * 4)][: max(2, len(tables))]
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]
