"""problem: count_ngrams
mistake: table 1 has the rows of the words that occur, moved by one
expects: the ids 0 to V - 1
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(1, vocab_size + 1), empty, seen)]
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
