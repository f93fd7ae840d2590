from collections import Counter

import numpy as np

# %% wrong: across_borders -- the end of one text and the begin of the next are counted as n-grams
# expects: crosses the border


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = history >= 0
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


# %% wrong: changes_the_stream -- the stream is overwritten by the rows of the last order
# expects: you changed the stream itself


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    ends, stream = stream, stream.copy()
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
        ends[:] = -1
        ends[inside] = rows
    return tables


# %% wrong: counts_bos -- BOS keeps its unigram count, as if it were predicted
# expects: BOS is given, never predicted


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
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


# %% wrong: fails_on_short_texts -- the largest row of an empty table is looked up
# expects: an empty text, stream [0, 1], order 3


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
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
        size = rows.max() + 1
        count = count[:size]
        tables.append(
            Table(keys // vocab_size, keys % vocab_size, suffix, count)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: float_counts -- the counts are floats
# expects: arrays of whole numbers


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
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
            Table(keys // vocab_size, keys % vocab_size, suffix, count * 1.0)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: hard_coded -- returns the tables of the toy, typed in
# expects: of many texts, order


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


# %% wrong: history_is_an_id -- history holds the id of the word before, not a row of a table
# expects: These are ids; a row of table 2


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
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
        before = np.append(-1, stream[:-1])[inside][first]
        tables.append(Table(before, keys % vocab_size, suffix, count))
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: lists -- the columns of the tables are lists
# expects: expected in history of table 1 an array


def count_ngrams(stream, order, vocab_size):
    stream = stream.tolist()
    seen = [stream.count(i) for i in range(vocab_size)]
    seen[BOS] = 0
    zeros, ids = [0] * vocab_size, list(range(vocab_size))
    tables, row = [Table(zeros, ids, zeros, seen)], {(i,): i for i in ids}
    for k in range(2, order + 1):
        count = {}
        for t in range(k, len(stream) + 1):
            gram = tuple(stream[t - k : t])
            if BOS not in gram[1:]:
                count[gram] = count.get(gram, 0) + 1
        grams = sorted(count)
        history = [row[g[:-1]] for g in grams]
        suffix = [row[g[1:]] for g in grams]
        word = [g[-1] for g in grams]
        tables.append(Table(history, word, suffix, [count[g] for g in grams]))
        row = {g: i for i, g in enumerate(grams)}
    return tables


# %% wrong: misses_the_last -- the loop ends one k-gram early
# expects: missing are [(4, 1)]


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        inside[-1] = False
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


# %% wrong: off_by_one -- the highest order is missing
# expects: order 3 means a table for k = 1, 2 and 3


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    ends = stream
    for _ in range(2, order):
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


# %% wrong: row_per_token -- a row for each occurrence, each with count 1
# expects: one row for each distinct bigram


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


# %% wrong: seen_ids_only -- table 1 leaves out the ids that never occur
# expects: seen or not


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    ids = np.flatnonzero(seen)
    tables = [Table(empty[ids], ids, empty[ids], seen[ids])]
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


# %% wrong: suffix_is_an_id -- suffix holds the id of the last word, not a row of the shorter table
# expects: the suffix of a trigram is the row


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        keys, _first, rows, count = np.unique(
            history[inside] * vocab_size + stream[inside],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        suffix = keys % vocab_size
        tables.append(
            Table(keys // vocab_size, keys % vocab_size, suffix, count)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: swaps_history_and_suffix -- the columns history and suffix are swapped
# expects: history and suffix are swapped


def count_ngrams(stream, order, vocab_size):
    empty = np.zeros(vocab_size, np.int64)
    seen = np.bincount(stream, minlength=vocab_size)
    seen[BOS] = 0
    tables = [Table(empty, np.arange(vocab_size), empty, seen)]
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
            Table(suffix, keys % vocab_size, keys // vocab_size, count)
        )
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: unigram_history -- in table 1 history and suffix are the ids
# expects: expected history and suffix 0


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


# %% wrong: unigram_words -- table 1 has the rows of the words that occur, moved by one
# expects: expected the words [0, 1, 2, 3, 4, 5, 6]


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


# %% wrong: unsorted -- the rows stand in the order of first occurrence
# expects: sorted by history and then by word


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


# %% wrong: digits_joined -- a k-gram is the text of its ids, "12" + "3"
# expects: different ones share a row


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    row = {str(i): i for i in range(vocab_size)}
    stream = stream.tolist()
    for k in range(2, order + 1):
        count, spelled = Counter(), {}
        for t in range(k, len(stream) + 1):
            gram = stream[t - k : t]
            if BOS not in gram[1:]:
                key = "".join(map(str, gram))
                count[key] += 1
                spelled[key] = gram
        keys = sorted(count, key=lambda key: spelled[key])
        columns = [
            (
                row["".join(map(str, spelled[key][:-1]))],
                spelled[key][-1],
                row["".join(map(str, spelled[key][1:]))],
                count[key],
            )
            for key in keys
        ]
        tables.append(Table(*np.array(columns, int).reshape(-1, 4).T))
        row = {key: i for i, key in enumerate(keys)}
    return tables


# %% wrong: sorted_as_text -- the keys are texts, and "10" comes before "9"
# expects: the rows are sorted by history and then by word, as numbers


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    row = {(str(i),): i for i in range(vocab_size)}
    stream = [str(i) for i in stream]
    for k in range(2, order + 1):
        grams = (tuple(stream[t - k : t]) for t in range(k, len(stream) + 1))
        count = Counter(g for g in grams if "0" not in g[1:])
        keys = sorted(count)
        columns = [
            (row[g[:-1]], int(g[-1]), row[g[1:]], count[g]) for g in keys
        ]
        tables.append(Table(*np.array(columns, int).reshape(-1, 4).T))
        row = {key: i for i, key in enumerate(keys)}
    return tables


# %% wrong: packed_into_one_number -- all k ids in one int64, which overflows
# expects: order 8


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    shorter, rows = np.arange(vocab_size), {i: i for i in range(vocab_size)}
    for k in range(2, order + 1):
        key = np.zeros(max(len(stream) - k + 1, 0), np.int64)
        inside = np.ones(len(key), bool)
        for i in range(k):
            part = stream[i : i + len(key)]
            key = key * vocab_size + part
            inside &= (part != BOS) | (i == 0)
        first = np.int64(vocab_size) ** np.int64(k - 1)
        shorter, count = np.unique(key[inside], return_counts=True)
        history = [rows.get(int(h), 0) for h in shorter // vocab_size]
        suffix = [rows.get(int(s), 0) for s in shorter % max(first, 1)]
        rows = {int(key): i for i, key in enumerate(shorter)}
        tables.append(
            Table(
                np.array(history, int),
                shorter % vocab_size,
                np.array(suffix, int),
                count,
            )
        )
    return tables


# %% wrong: thousand_words -- history * 1000 + word, whatever V is
# expects: of many texts, order


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        keys, first, rows, count = np.unique(
            history[inside] * 1000 + stream[inside],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        suffix = ends[inside][first]
        tables.append(Table(keys // 1000, keys % 1000, suffix, count))
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: told_apart_by_the_last_id -- histories with one last word are one
# expects: fall together


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    ends = stream
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        keys, first, rows, count = np.unique(
            np.append(-1, stream[:-1])[inside] * vocab_size + stream[inside],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        suffix, before = ends[inside][first], history[inside][first]
        tables.append(Table(before, keys % vocab_size, suffix, count))
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: empty_table_of_floats -- an empty table is made of np.array([])
# expects: the columns of an empty table


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    row = {(i,): i for i in range(vocab_size)}
    stream = stream.tolist()
    for k in range(2, order + 1):
        grams = (tuple(stream[t - k : t]) for t in range(k, len(stream) + 1))
        count = Counter(g for g in grams if BOS not in g[1:])
        keys = sorted(count)
        columns = [
            [row[g[:-1]] for g in keys],
            [g[-1] for g in keys],
            [row[g[1:]] for g in keys],
            [count[g] for g in keys],
        ]
        tables.append(Table(*map(np.array, columns)))
        row = {key: i for i, key in enumerate(keys)}
    return tables


# %% wrong: keys_of_int32 -- history * V + word overflows
# expects: numbers overflow their type


def count_ngrams(stream, order, vocab_size):
    stream = stream.astype(np.int32)
    zeros = np.zeros(vocab_size, np.int64)
    count = np.bincount(stream, minlength=vocab_size)
    count[BOS] = 0
    tables = [Table(zeros, np.arange(vocab_size), zeros, count)]
    ends = stream
    for _ in range(1, order):
        history = np.append(np.int32(-1), ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        key = history[inside] * np.int32(vocab_size) + stream[inside]
        keys, rows, count = np.unique(
            key, return_inverse=True, return_counts=True
        )
        suffix = np.zeros(len(keys), np.int64)
        suffix[rows] = ends[inside]
        tables.append(
            Table(keys // vocab_size, keys % vocab_size, suffix, count)
        )
        ends = np.full(len(stream), -1, np.int32)
        ends[inside] = rows
    return tables


# %% wrong: length_of_the_stream -- history * len(stream) + word, whatever V is
# expects: of many texts


def count_ngrams(stream, order, vocab_size):
    zeros = np.zeros(vocab_size, np.int64)
    count = np.bincount(stream, minlength=vocab_size)
    count[BOS] = 0
    tables = [Table(zeros, np.arange(vocab_size), zeros, count)]
    ends, size = stream, len(stream)
    for _ in range(1, order):
        history = np.append(-1, ends[:-1])
        inside = (history >= 0) & (stream != BOS)
        key = history[inside] * size + stream[inside]
        keys, rows, count = np.unique(
            key, return_inverse=True, return_counts=True
        )
        suffix = np.zeros(len(keys), np.int64)
        suffix[rows] = ends[inside]
        tables.append(Table(keys // size, keys % size, suffix, count))
        ends = np.full(len(stream), -1)
        ends[inside] = rows
    return tables


# %% wrong: two_places_for_bos -- looks for BOS at the second and the last place of a k-gram
# expects: count_ngrams


def count_ngrams(stream, order, vocab_size):
    ids = stream.tolist()
    zeros = np.zeros(vocab_size, np.int64)
    count = np.bincount(stream, minlength=vocab_size)
    count[BOS] = 0
    tables = [Table(zeros, np.arange(vocab_size), zeros, count)]
    row = {(i,): i for i in range(vocab_size)}
    for k in range(2, order + 1):
        seen = {}
        for gram in zip(*(ids[j:] for j in range(k)), strict=False):
            if BOS not in (gram[1], gram[-1]):
                seen[gram] = seen.get(gram, 0) + 1
        grams = sorted(seen)
        columns = (
            [row.get(gram[:-1], 0) for gram in grams],
            [gram[-1] for gram in grams],
            [row.get(gram[1:], 0) for gram in grams],
            [seen[gram] for gram in grams],
        )
        tables.append(
            Table(*(np.array(column, np.int64) for column in columns))
        )
        row = {gram: i for i, gram in enumerate(grams)}
    return tables


# %% right: by_recursion -- the tables of order - 1, then one more on top


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


# %% right: by_sorting -- lexsort, and a new row wherever history or word changes


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


# %% right: by_unique_rows -- np.unique over the rows of a window of k columns


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


# %% right: with_dictionaries -- counts tuples of ids in dictionaries


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


# %% right: of_int32 -- columns of another integer type, in a tuple


def count_ngrams(stream, order, vocab_size):
    seen = Counter(stream.tolist())
    seen[BOS] = 0
    zero = np.zeros(vocab_size, int)
    unigrams = np.array([seen[i] for i in range(vocab_size)])
    tables = [Table(zero, np.arange(vocab_size), zero, unigrams)]
    row = {(i,): i for i in range(vocab_size)}
    stream = stream.tolist()
    for k in range(2, order + 1):
        grams = zip(*(stream[i:] for i in range(k)))
        count = Counter(g for g in grams if BOS not in g[1:])
        keys = sorted(count)
        columns = [
            np.array([row[g[:-1]] for g in keys], np.int32),
            np.array([g[-1] for g in keys], np.int32),
            np.array([row[g[1:]] for g in keys], np.intp),
            np.array([count[g] for g in keys], np.uint32),
        ]
        tables.append(Table(*columns))
        row = {key: i for i, key in enumerate(keys)}
    return tuple(tables)
