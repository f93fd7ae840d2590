import numpy as np

# %% wrong: fail_on_rare_ids -- bincount without minlength does not fit the ids that never occur
# expects: a text with one word and tables up to order 5


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        new = np.bincount(tables[k + 1].suffix)
        new = np.where(begins[k], tables[k].count, new)
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: for_bos -- k-grams that begin with BOS have continuation counts, which are 0
# expects: nothing precedes a BOS


def continuation_counts(tables):
    counts = []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: hard_coded -- returns the example
# expects: a single table is the highest order


def continuation_counts(tables):
    rows = [[0, 2, 2, 1, 1], [2, 2, 1, 1, 1, 1], [2, 1, 1, 1, 1, 1]]
    return [np.array(row) for row in rows]


# %% wrong: in_place -- the counts of the tables are overwritten
# expects: you changed the tables


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        tables[k].count[:] = new
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: in_the_highest_order -- the highest order counts each k-gram once too
# expects: the highest order keeps its counts


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, np.ones_like(tables[-1].count)]


# %% wrong: need_two_tables -- a single table is taken for a lower order
# expects: a single table is the highest order


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    tables = [*tables, Table(*[np.zeros(0, int)] * 4)][: max(2, len(tables))]
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: of_followers -- counts the words that follow, not those that precede
# expects: These are the words that follow


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].history, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: too_short -- bincount without minlength leaves out the last rows
# expects: as long as its table


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix)[:rows]
        new[begins[k][: len(new)]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: without_highest -- no counts for the highest order
# expects: the highest order included


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return counts


# %% wrong: raw_counts_in_lower_orders -- the lower orders keep their raw counts
# expects: These are the raw counts


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = tables[k].count[:rows].copy()
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]


# %% wrong: floats -- bincount with weights gives floats
# expects: expected for table 1 an array of whole numbers


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        ones = np.ones(len(tables[k + 1].suffix))
        new = np.bincount(tables[k + 1].suffix, ones, rows)
        counts.append(np.where(begins[k], tables[k].count, new))
    return [*counts, tables[-1].count]


# %% wrong: sums_the_counts -- how often words precede, not how many
# expects: These are the raw counts


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows, longer = len(tables[k].word), tables[k + 1]
        new = np.bincount(longer.suffix, longer.count, rows).astype(int)
        counts.append(np.where(begins[k], tables[k].count, new))
    return [*counts, tables[-1].count]


# %% wrong: empty_floats -- an empty table below the highest gives np.array([])
# expects: expected for table 4 an array of whole numbers


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        after = tables[k + 1].suffix.tolist()
        new = [
            tables[k].count[r] if begins[k][r] else after.count(r)
            for r in range(len(tables[k].word))
        ]
        counts.append(np.array(new))
    return [*counts, tables[-1].count]


# %% wrong: bos_in_bigrams_only -- longer k-grams after BOS are counted anew
# expects: what begins with BOS in table 3 keeps its count


def continuation_counts(tables):
    counts = []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = np.bincount(tables[k + 1].suffix, minlength=rows)
        if k < 2:
            begins = begins_with_bos(tables)[k]
            new = np.where(begins, tables[k].count, new)
        counts.append(new)
    return [*counts, tables[-1].count]


# %% right: by_add_at -- np.add.at, then the rows that begin with BOS are restored


def continuation_counts(tables):
    counts = [np.zeros_like(table.count) for table in tables]
    counts[-1] = tables[-1].count
    begins = begins_with_bos(tables)
    for k in range(len(tables) - 1):
        np.add.at(counts[k], tables[k + 1].suffix, 1)
        counts[k][begins[k]] = tables[k].count[begins[k]]
    return counts


# %% right: by_recursion -- the lowest order, then the rest of the tables


def level(tables, begins):
    """The counts of the first table, then of those above it."""
    table, *longer = tables
    if not longer:
        return [table.count]
    rows, preceding = np.unique(longer[0].suffix, return_counts=True)
    new = np.zeros(len(table.word), int)
    new[rows] = preceding
    return [
        new * ~begins[0] + table.count * begins[0],
        *level(longer, begins[1:]),
    ]


def continuation_counts(tables):
    return level(tables, begins_with_bos(tables))


# %% right: with_sets -- a set of predecessors for each row


def continuation_counts(tables):
    result = []
    begins = begins_with_bos(tables)
    for k, table in enumerate(tables):
        if k == len(tables) - 1:
            result.append(table.count.copy())
            continue
        rows = [set() for _ in table.word]
        for row, suffix in enumerate(tables[k + 1].suffix):
            rows[suffix].add(row)
        new = [
            raw if begin else len(before)
            for raw, begin, before in zip(
                table.count, begins[k], rows, strict=True
            )
        ]
        result.append(np.array(new, dtype=int))
    return result
