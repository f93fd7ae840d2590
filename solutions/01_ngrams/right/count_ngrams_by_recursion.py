"""problem: count_ngrams
way: the tables of order - 1, then one more on top
"""

import numpy as np


def spell(tables, k, row):
    """The ids of one k-gram, read along its histories."""
    if k == 1:
        return (row,)
    table = tables[k - 1]
    history = spell(tables, k - 1, int(table.history[row]))
    return (*history, int(table.word[row]))


def count_ngrams(stream, order, vocab_size):
    if order == 1:
        count = np.bincount(stream, minlength=vocab_size) * 1
        count[BOS] = 0
        zero = np.zeros_like(count)
        return [Table(zero, np.arange(vocab_size), zero, count)]
    tables = count_ngrams(stream, order - 1, vocab_size)
    rows = range(len(tables[-1].word))
    known = {spell(tables, order - 1, row): row for row in rows}
    found = {}
    ids = stream.tolist()
    for t in range(len(ids) - order + 1):
        gram = tuple(ids[t : t + order])
        if BOS not in gram[1:]:
            found[gram] = found.get(gram, 0) + 1
    columns = [
        (known[g[:-1]], g[-1], known[g[1:]], n)
        for g, n in sorted(found.items())
    ]
    columns = np.array(columns, np.int64).reshape(len(columns), 4)
    return [*tables, Table(*columns.T)]
