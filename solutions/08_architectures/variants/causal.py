# %% wrong: unshifted -- asks each token from itself
# expects: the targets are the inputs
def causal(rows):
    return Task(rows[:, :-1], rows[:, :-1], {})


# %% wrong: backwards -- shifts the wrong way
# expects: the shift goes the wrong way
def causal(rows):
    return Task(rows[:, 1:], rows[:, :-1], {})


# %% wrong: whole_row -- gives the last token, too
# expects: expected ids
def causal(rows):
    return Task(rows, rows[:, 1:], {})


# %% wrong: tuple -- a tuple in place of a Task
# expects: not a Task
def causal(rows):
    return rows[:, :-1], rows[:, 1:]


# %% wrong: two_on -- the token after the next
# expects: expected ids
def causal(rows):
    return Task(rows[:, :-2], rows[:, 2:], {})


# %% wrong: first_text -- only the first text
# expects: 3 rows of 5 ids have 3 rows of 4 ids
def causal(rows):
    return Task(rows[:1, :-1], rows[:1, 1:], {})


# %% right: roll -- rolls and cuts
def causal(rows):
    return Task(rows[:, :-1].clone(), rows.roll(-1, 1)[:, :-1], {})


# %% right: narrow -- torch's narrow
def causal(rows):
    T = rows.shape[1] - 1
    return Task(rows.narrow(1, 0, T), rows.narrow(1, 1, T), {})


# %% right: lists -- builds new tensors
def causal(rows):
    ids = torch.tensor([row[:-1] for row in rows.tolist()])
    targets = torch.tensor([row[1:] for row in rows.tolist()])
    return Task(ids=ids, targets=targets, given={})


# %% wrong: last_ignored -- ids keep all columns, and the last target is IGNORE
# expects: expected ids
def causal(rows):
    targets = rows.roll(-1, dims=1)
    targets[:, -1] = IGNORE
    return Task(rows, targets, {})


# %% right: narrowed -- narrow and keywords
def causal(rows):
    T = rows.size(1) - 1
    return Task(
        ids=rows.narrow(1, 0, T), targets=rows.narrow(1, 1, T), given={}
    )
