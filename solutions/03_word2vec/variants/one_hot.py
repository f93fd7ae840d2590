# %% wrong: columns -- the ones run down the columns
# expects: has the shape (5, 3), not (3, 5)
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    return np.eye(vocab_size)[:, ids]


# %% wrong: whole_numbers -- an array of whole numbers
# expects: holds int64, not floats
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    rows = np.zeros((len(ids), vocab_size), int)
    rows[np.arange(len(ids)), ids] = 1
    return rows


# %% wrong: one_row_for_all -- a bag: all ids in one row
# expects: has the shape (5,), not (3, 5)
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    row = np.zeros(vocab_size)
    row[ids] = 1
    return row


# %% wrong: unchecked -- an id of -1 sets the last place
# expects: must raise a ValueError
def one_hot(ids, vocab_size):
    return np.eye(vocab_size)[ids]


# %% right: comparison -- compares each id with all ids
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    return (ids[:, None] == np.arange(vocab_size)).astype(float)


# %% right: identity -- rows of the identity
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    return np.eye(vocab_size)[ids]


# %% right: loop -- one row after the other
def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    rows = np.zeros((len(ids), vocab_size))
    for row, i in zip(rows, ids):
        row[i] = 1.0
    return rows


# %% right: eye -- rows of the unit matrix


def one_hot(ids, vocab_size):
    check_ids(ids, vocab_size)
    return np.eye(vocab_size)[ids]
