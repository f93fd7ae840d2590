# %% wrong: fancy_assignment -- keeps one update of several
# expects: occurs twice in the batch and got one update
def descend(table, ids, gradient, lr):
    table[ids] -= lr * gradient


# %% wrong: a_copy -- changes a copy
# expects: the table has not changed
def descend(table, ids, gradient, lr):
    table = table.copy()
    np.add.at(table, ids, -lr * gradient)


# %% wrong: uphill -- adds the gradient
# expects: this step goes up
def descend(table, ids, gradient, lr):
    np.add.at(table, ids, lr * gradient)


# %% wrong: scales_the_gradient -- multiplies the gradient in place
# expects: the gradient was changed
def descend(table, ids, gradient, lr):
    gradient *= -lr
    np.add.at(table, ids, gradient)


# %% wrong: mean_of_equal_ids -- averages instead of summing
# expects: by the *mean* of its steps
def descend(table, ids, gradient, lr):
    for i in set(ids.tolist()):
        table[i] -= lr * gradient[ids == i].mean(0)


# %% right: loop -- one step after the other
def descend(table, ids, gradient, lr):
    for i, g in zip(ids, gradient):
        table[i] -= lr * g


# %% right: subtract_at -- np.subtract.at
def descend(table, ids, gradient, lr):
    np.subtract.at(table, ids, lr * gradient)


# %% right: sums_first -- sums equal ids, then one step for each
def descend(table, ids, gradient, lr):
    rows, place = np.unique(ids, return_inverse=True)
    total = np.zeros((len(rows), table.shape[1]), dtype=table.dtype)
    for j, p in enumerate(place):
        total[p] += gradient[j]
    table[rows] -= lr * total


# %% wrong: only_doubles -- first occurrences, then the rest at once: wrong from three occurrences on
# expects: id 2 occurs three times
def descend(table, ids, gradient, lr):
    _, first = np.unique(ids, return_index=True)
    rest = np.setdiff1d(np.arange(len(ids)), first)
    table[ids[first]] -= lr * gradient[first]
    table[ids[rest]] -= lr * gradient[rest]


# %% wrong: reduceat_unsorted -- sorts the ids but not the gradients
# expects: Row 0 got the first gradient
def descend(table, ids, gradient, lr):
    if len(ids) == 0:
        return
    order = np.argsort(ids, kind="stable")
    rows, starts = np.unique(ids[order], return_index=True)
    table[rows] -= lr * np.add.reduceat(gradient, starts, axis=0)


# %% wrong: rounds_to_half -- sums the steps in half precision, to save memory
# expects: keep the precision
def descend(table, ids, gradient, lr):
    step = np.zeros(table.shape, np.float16)
    np.add.at(step, ids, (lr * gradient).astype(np.float16))
    table -= step


# %% wrong: sets_the_row -- the step takes the place of the row's old value
# expects: loses the value that it had
def descend(table, ids, gradient, lr):
    steps = np.zeros_like(table)
    np.add.at(steps, ids, -lr * gradient)
    table[ids] = steps[ids]


# %% right: row_by_row -- a loop over the ids


def descend(table, ids, gradient, lr):
    for j in range(len(ids)):
        table[ids[j]] = table[ids[j]] - lr * gradient[j]


# %% wrong: sorted_ids -- sorts the ids in place before it sums
# expects: the ids were changed


def descend(table, ids, gradient, lr):
    order = np.argsort(ids, kind="stable")
    gradient = gradient[order]
    ids.sort()
    np.subtract.at(table, ids, lr * gradient)


# %% wrong: dense -- a product with one-hot vectors, right and far too large
# expects: make no one-hot vectors


def descend(table, ids, gradient, lr):
    table -= (lr * np.eye(len(table))[ids].T @ gradient).astype(table.dtype)
