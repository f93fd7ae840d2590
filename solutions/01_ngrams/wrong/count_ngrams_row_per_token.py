"""problem: count_ngrams
mistake: a row for each occurrence, each with count 1
expects: one row for each distinct bigram
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    for _ in range(1, order):
        history, word = stream[:-1], stream[1:]
        keep = np.lexsort([word, history])
        keep = keep[word[keep] != BOS]
        ones = np.ones(len(keep), np.int64)
        tables.append(Table(history[keep], word[keep], word[keep], ones))
    return tables
