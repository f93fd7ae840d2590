# %% wrong: one_hot_product -- builds the one-hot vectors, as floats
# expects: holds float64, not whole numbers
def embed(ids, table):
    return np.eye(len(table))[ids] @ table


# %% wrong: unchecked -- negative ids count from the end
# expects: must raise a ValueError
def embed(ids, table):
    return table[ids]


# %% wrong: returns_the_error -- returns the error instead of raising it
# expects: must raise a ValueError
def embed(ids, table):
    if len(ids) and (
        ids.dtype.kind not in "iu" or ids.min() < 0 or ids.max() >= len(table)
    ):
        return ValueError("bad ids")
    return table[ids]


# %% wrong: columns -- picks columns
# expects: the error ValueError
def embed(ids, table):
    check_ids(ids, table.shape[1])
    return table[:, ids].T


# %% right: take -- np.take
def embed(ids, table):
    check_ids(ids, len(table))
    return np.take(table, ids, axis=0)


# %% right: own_check -- its own conditions
def embed(ids, table):
    if ids.dtype.kind not in "iu":
        raise ValueError("ids are whole numbers")
    if len(ids) and not (ids.min() >= 0 and ids.max() < len(table)):
        raise ValueError("an id is outside the table")
    return table[ids, :]


# %% right: loop -- row by row
def embed(ids, table):
    check_ids(ids, len(table))
    out = np.empty((len(ids), table.shape[1]), table.dtype)
    for t, i in enumerate(ids):
        out[t] = table[i]
    return out


# %% wrong: product -- multiplies with the one-hot rows and casts
# expects: make no one-hot vectors


def embed(ids, table):
    return (one_hot(ids, len(table)) @ table).astype(table.dtype)
