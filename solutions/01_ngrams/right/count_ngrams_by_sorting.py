"""problem: count_ngrams
way: lexsort, and a new row wherever history or word changes
"""

import numpy as np


def count_ngrams(stream, order, vocab_size):
    word = np.arange(vocab_size)
    count = np.bincount(stream[stream != BOS], minlength=vocab_size)
    tables = [Table(0 * word, word, 0 * word, count)]
    at, row = np.arange(len(stream)), stream.copy()
    for _ in range(order - 1):
        ends = np.full(len(stream) + 1, -1)
        ends[at] = row
        at = np.array(
            [t for t in at + 1 if t < len(stream) and stream[t] != BOS], int
        )
        history, word, suffix = ends[at - 1], stream[at], ends[at]
        keep = np.array([h >= 0 for h in history], bool)
        at, history = at[keep], history[keep]
        word, suffix = word[keep], suffix[keep]
        by = np.lexsort((word, history))
        at, history, word, suffix = at[by], history[by], word[by], suffix[by]
        begins = np.ones(len(at), bool)
        begins[1:] = (np.diff(history) != 0) | (np.diff(word) != 0)
        row = np.cumsum(begins) - 1
        count = np.bincount(row, minlength=begins.sum())
        tables.append(
            Table(history[begins], word[begins], suffix[begins], count)
        )
    return tables
