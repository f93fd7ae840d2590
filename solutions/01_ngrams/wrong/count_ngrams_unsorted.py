"""problem: count_ngrams
mistake: the rows stand in the order of first occurrence
expects: sorted by history and then by word
"""

from collections import Counter

import numpy as np


def count_ngrams(stream, order, vocab_size):
    stream = stream.tolist()
    unigrams = [stream.count(i) for i in range(vocab_size)]
    unigrams[BOS] = 0
    table = [(0, i, 0, n) for i, n in enumerate(unigrams)]
    row, tables = {(i,): i for i in range(vocab_size)}, []
    for k in range(1, order + 1):
        if k > 1:
            grams = [stream[t - k : t] for t in range(k, len(stream) + 1)]
            count = Counter(tuple(g) for g in grams if BOS not in g[1:])
            table = [
                (row[g[:-1]], g[-1], row[g[1:]], n) for g, n in count.items()
            ]
            row = {g: i for i, g in enumerate(count)}
        columns = np.array(table, np.int64).reshape(-1, 4).T
        tables.append(Table(*columns))
    return tables
