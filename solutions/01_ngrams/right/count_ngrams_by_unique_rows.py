"""problem: count_ngrams
way: np.unique over the rows of a window of k columns
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    zeros = np.zeros(vocab_size, dtype=int)
    once = np.array([np.sum(stream == i) for i in range(vocab_size)])
    once[BOS] = 0
    tables = [Table(zeros, np.arange(vocab_size), zeros, once)]
    shorter = {(i,): i for i in range(vocab_size)}
    for k in range(2, order + 1):
        windows = np.zeros((0, k), int)
        if len(stream) >= k:
            windows = np.lib.stride_tricks.sliding_window_view(stream, k)
            windows = windows[(windows[:, 1:] != BOS).all(1)]
        grams, count = np.unique(windows, axis=0, return_counts=True)
        keys = [tuple(g) for g in grams.tolist()]
        history = np.array([shorter[g[:-1]] for g in keys], dtype=int)
        suffix = np.array([shorter[g[1:]] for g in keys], dtype=int)
        tables.append(Table(history, grams[:, -1], suffix, count))
        shorter = {g: i for i, g in enumerate(keys)}
    return tables
