"""problem: count_ngrams
mistake: returns the tables of the toy, typed in
expects: random texts
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    if len(stream) == 2:
        return [Table(*np.zeros((4, n), np.int64)) for n in (5, 1, 0)]
    tables = [
        ([0] * 5, [0, 1, 2, 3, 4], [0] * 5, [0, 2, 3, 3, 1]),
        (
            [0, 2, 3, 3, 3, 4],
            [2, 3, 1, 2, 4, 1],
            [2, 3, 1, 2, 4, 1],
            [2, 3, 1, 1, 1, 1],
        ),
        (
            [0, 1, 1, 1, 3, 4],
            [3, 1, 2, 4, 3, 1],
            [1, 2, 3, 4, 1, 5],
            [2, 1, 1, 1, 1, 1],
        ),
    ]
    tables = [Table(*map(np.array, columns)) for columns in tables]
    return (tables + tables)[:order]
