import numpy as np

# %% wrong: by_rows -- divides by the number of distinct followers
# expects: You divide by the number of rows


def maximum_likelihood(history, count):
    return count / np.bincount(history)[history]


# %% wrong: hard_coded -- returns the numbers of the visible check
# expects: thousands of rows


def maximum_likelihood(history, count):
    return np.array([0.75, 0.25, 0.25, 0.25, 0.5])


# %% wrong: joint -- the share in all counts, p(h w), not p(w | h)
# expects: You divide by the count of everything


def maximum_likelihood(history, count):
    return count / count.sum()


# %% wrong: per_history -- returns the totals of the histories
# expects: one probability for each row


def maximum_likelihood(history, count):
    return np.bincount(history, count) / count.sum()


# %% wrong: renumbers_in_place -- numbers the histories anew in the array of the caller
# expects: you changed the arrays


def maximum_likelihood(history, count):
    history[:] = np.unique(history, return_inverse=True)[1]
    return count / np.bincount(history, count)[history]


# %% wrong: whole_numbers -- // cuts every probability off to 0 or 1
# expects: Whole numbers can't hold fractions


def maximum_likelihood(history, count):
    total = np.bincount(history, count).astype(int)
    return count // total[history]


# %% wrong: histories_without_a_gap -- the totals of seen histories, by number
# expects: where 0, 2 and 3 have no row


def maximum_likelihood(history, count):
    total = np.bincount(history, count)
    return count / total[total > 0][history]


# %% wrong: filled_into_whole_numbers -- the result is zeros_like of the counts
# expects: Whole numbers can't hold fractions


def maximum_likelihood(history, count):
    p = np.zeros_like(count)
    for h in np.unique(history):
        p[history == h] = count[history == h] / count[history == h].sum()
    return p


# %% wrong: totals_of_int32 -- large totals overflow
# expects: thousands of rows with large counts


def maximum_likelihood(history, count):
    total = np.zeros(history.max() + 1, np.int32)
    np.add.at(total, history, count.astype(np.int32))
    return count / total[history]


# %% wrong: rounded -- four digits
# expects: got 0.0101


def maximum_likelihood(history, count):
    total = np.bincount(history, weights=count)
    return np.round(count / total[history], 4)


# %% right: by_add_at -- np.add.at over renumbered histories


def maximum_likelihood(history, count):
    known, index = np.unique(history, return_inverse=True)
    total = np.zeros(len(known))
    np.add.at(total, index, count)
    return np.true_divide(count, total.take(index))


# %% right: by_comparison -- a table that says which rows share a history


def maximum_likelihood(history, count):
    same = history[:, None] == history[None, :]
    return count / (same @ count)


# %% right: in_a_loop -- a dictionary of totals


def maximum_likelihood(history, count):
    total = {}
    for h, c in zip(history, count, strict=True):
        total[h] = total.get(h, 0) + c
    return np.array(
        [c / total[h] for h, c in zip(history, count, strict=True)]
    )


# %% right: by_borders -- the rows of a history are neighbours


def maximum_likelihood(history, count):
    first = np.flatnonzero(np.diff(history, prepend=-1))
    sizes = np.diff(np.append(first, len(history)))
    return count / np.repeat(np.add.reduceat(count, first), sizes)
