# %% wrong: one_late -- ignores the first token behind the prefix
# expects: you ignore its target
def prefix(rows, lengths):
    ids, targets = rows[:, :-1], rows[:, 1:]
    t = torch.arange(targets.shape[1])
    return Task(
        ids,
        targets.masked_fill(t < lengths[:, None], IGNORE),
        {"prefix": lengths},
    )


# %% wrong: one_early -- asks for the last token of the prefix
# expects: it was given
def prefix(rows, lengths):
    ids, targets = rows[:, :-1], rows[:, 1:]
    t = torch.arange(targets.shape[1])
    return Task(
        ids,
        targets.masked_fill(t < lengths[:, None] - 2, IGNORE),
        {"prefix": lengths},
    )


# %% wrong: first_row -- the first row's prefix for all
# expects: you used that of row 0
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    targets[:, : lengths[0] - 1] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% wrong: in_place -- writes into rows
# expects: `rows` was changed
def prefix(rows, lengths):
    ids = rows[:, :-1].clone()
    for row, length in zip(rows, lengths):
        row[1:length] = IGNORE
    return Task(ids, rows[:, 1:], {"prefix": lengths})


# %% wrong: not_given -- doesn't tell the model
# expects: given must be
def prefix(rows, lengths):
    t = torch.arange(rows.shape[1] - 1)
    targets = rows[:, 1:].masked_fill(t < lengths[:, None] - 1, IGNORE)
    return Task(rows[:, :-1], targets, {})


# %% wrong: zero -- a prefix of 0 wraps around
# expects: lengths 0 and 8
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for row, length in zip(targets, lengths.tolist()):
        row[: length - 1] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% wrong: list_given -- given holds a list
# expects: given must be
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for target, n in zip(targets, lengths.tolist()):
        target[: max(n - 1, 0)] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths.tolist()})


# %% right: loop -- row by row
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for b in range(len(rows)):
        for t in range(targets.shape[1]):
            if t + 1 < lengths[b]:
                targets[b, t] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% right: where -- compares places of targets
def prefix(rows, lengths):
    place = torch.arange(1, rows.shape[1]).expand(len(rows), -1)
    targets = torch.where(place < lengths.unsqueeze(1), IGNORE, rows[:, 1:])
    return Task(rows[:, :-1].clone(), targets, {"prefix": lengths.clone()})


# %% right: slices -- a slice of each row
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for row, length in zip(targets, lengths.tolist()):
        row[: max(0, length - 1)] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% wrong: lengths_clamped -- lengths below 1 are set to 1 in place
# expects: `lengths` was changed
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    lengths.clamp_(min=1)
    targets[torch.arange(targets.shape[1]) < lengths[:, None] - 1] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% wrong: sliced -- a slice up to length - 1, which is -1 for 0
# expects: lengths 0 and 8
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for row, length in zip(targets, lengths.tolist()):
        row[: length - 1] = IGNORE
    return Task(rows[:, :-1], targets, {"prefix": lengths})


# %% right: by_row -- a loop over rows
def prefix(rows, lengths):
    ids, targets, given = causal(rows)
    asked = []
    for row, length in zip(targets.tolist(), lengths.tolist()):
        asked.append(
            [
                IGNORE if t + 1 < length else token
                for t, token in enumerate(row)
            ]
        )
    return Task(
        ids,
        torch.tensor(asked, dtype=rows.dtype),
        {"prefix": lengths, **given},
    )


# %% wrong: first_length -- the prefix of the first row for all
# expects: you used that of row 0
def prefix(rows, lengths):
    ids, targets = rows[:, :-1], rows[:, 1:].clone()
    targets[:, : max(int(lengths[0]) - 1, 0)] = IGNORE
    return Task(ids, targets, {"prefix": lengths})


# %% right: row_by_row -- a loop over the rows
def prefix(rows, lengths):
    targets = rows[:, 1:].clone()
    for row, length in zip(targets, lengths.tolist()):
        row[: max(length - 1, 0)] = IGNORE
    return Task(rows[:, :-1].clone(), targets, {"prefix": lengths})


# %% wrong: at_least_one -- the lengths that are given are clamped to 1
# expects: given holds the lengths as they are
def prefix(rows, lengths):
    ids, targets = rows[:, :-1], rows[:, 1:]
    lengths = lengths.clamp(min=1)
    inside = torch.arange(targets.shape[1]) < lengths[:, None] - 1
    return Task(ids, targets.masked_fill(inside, IGNORE), {"prefix": lengths})
