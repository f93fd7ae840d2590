"""problem: count_ngrams
way: counts tuples of ids in dictionaries
"""

from collections import Counter

import numpy as np


def count_ngrams(stream, order, vocab_size):
    stream = stream.tolist()
    count = Counter({(i,): 0 for i in range(vocab_size)})
    count.update((i,) for i in stream if i != BOS)
    table = [(0, i, 0, count[i,]) for i in range(vocab_size)]
    row, tables = {(i,): i for i in range(vocab_size)}, []
    for k in range(1, order + 1):
        if k > 1:
            grams = (
                tuple(stream[t - k : t]) for t in range(k, len(stream) + 1)
            )
            count = Counter(g for g in grams if BOS not in g[1:])
            kinds = sorted(count)
            table = [(row[g[:-1]], g[-1], row[g[1:]], count[g]) for g in kinds]
            row = {g: i for i, g in enumerate(kinds)}
        tables.append(Table(*np.array(table, np.int64).reshape(-1, 4).T))
    return tables
