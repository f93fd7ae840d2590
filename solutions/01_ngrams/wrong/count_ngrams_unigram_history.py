"""problem: count_ngrams
mistake: in table 1 history and suffix are the ids
expects: in table 1 history and suffix are 0
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    ids = np.arange(vocab_size)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(ids, ids, ids, seen)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        keys, first, rows, count = np.unique(
            history[inside] * vocab_size + stream[inside],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        suffix = ends[inside][first]
        tables.append(
            Table(keys // vocab_size, keys % vocab_size, suffix, count)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables
