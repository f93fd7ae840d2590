# %% wrong: mask_reversed -- True at padding
# expects: it must be True at real tokens
def sequence_to_sequence(sources, rows, padding=None):
    targets, given = rows[:, 1:], {"source": sources}
    if padding is not None:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources == padding
    return Task(rows[:, :-1], targets, given)


# %% wrong: falsy -- takes padding 0 for no padding
# expects: with the padding id 0
def sequence_to_sequence(sources, rows, padding=None):
    targets, given = rows[:, 1:], {"source": sources}
    if padding:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources != padding
    return Task(rows[:, :-1], targets, given)


# %% wrong: own_targets -- the decoder reads its own targets
# expects: the decoder reads all but the last column
def sequence_to_sequence(sources, rows, padding=None):
    targets, given = rows[:, 1:], {"source": sources}
    if padding is not None:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources != padding
    return Task(rows[:, 1:], targets, given)


# %% wrong: padded_asked -- asks for padding
# expects: padded targets are not asked for
def sequence_to_sequence(sources, rows, padding=None):
    given = {"source": sources}
    if padding is not None:
        given["source_mask"] = sources != padding
    return Task(rows[:, :-1], rows[:, 1:], given)


# %% wrong: numbers -- the mask as numbers
# expects: not bool
def sequence_to_sequence(sources, rows, padding=None):
    targets, given = rows[:, 1:], {"source": sources}
    if padding is not None:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = (sources != padding).long()
    return Task(rows[:, :-1], targets, given)


# %% wrong: ids_too -- the decoder's padding is IGNORE, too
# expects: the decoder's ids stay as they are
def sequence_to_sequence(sources, rows, padding=None):
    given = {"source": sources}
    if padding is not None:
        rows = torch.where(rows == padding, IGNORE, rows)
        given["source_mask"] = sources != padding
    return Task(rows[:, :-1], rows[:, 1:], given)


# %% right: where -- torch.where
def sequence_to_sequence(sources, rows, padding=None):
    if padding is None:
        return Task(rows[:, :-1], rows[:, 1:], {"source": sources})
    targets = torch.where(rows[:, 1:] == padding, IGNORE, rows[:, 1:])
    return Task(
        rows[:, :-1],
        targets,
        {"source": sources, "source_mask": sources.ne(padding)},
    )


# %% right: copy -- writes into a copy
def sequence_to_sequence(sources, rows, padding=None):
    targets = rows[:, 1:].clone()
    given = {"source": sources}
    if padding is not None:
        targets[targets == padding] = IGNORE
        given.update(source_mask=~(sources == padding))
    return Task(rows[:, :-1], targets, given)


# %% right: loops -- by loops
def sequence_to_sequence(sources, rows, padding=None):
    targets = [
        [
            IGNORE if padding is not None and i == padding else i
            for i in row[1:]
        ]
        for row in rows.tolist()
    ]
    given = {"source": sources}
    if padding is not None:
        given["source_mask"] = torch.tensor(
            [[i != padding for i in row] for row in sources.tolist()]
        )
    return Task(rows[:, :-1], torch.tensor(targets), given)


# %% wrong: if_padding -- a padding of 0 counts as none
# expects: with the padding id 0
def sequence_to_sequence(sources, rows, padding=None):
    ids, targets, _ = causal(rows)
    given = {"source": sources}
    if padding:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources != padding
    return Task(ids, targets, given)


# %% wrong: source_zeroed -- padding of the source is set to 0
# expects: `sources` were changed
def sequence_to_sequence(sources, rows, padding=None):
    ids, targets, _ = causal(rows)
    if padding is None:
        return Task(ids, targets, {"source": sources})
    real = sources != padding
    sources *= real
    targets = torch.where(targets == padding, IGNORE, targets)
    return Task(ids, targets, {"source": sources, "source_mask": real})


# %% right: two_returns -- where and two returns
def sequence_to_sequence(sources, rows, padding=None):
    if padding is None:
        return Task(rows[:, :-1], rows[:, 1:], {"source": sources})
    targets = torch.where(
        rows != padding, rows, torch.full_like(rows, IGNORE)
    )[:, 1:]
    real = torch.ne(sources, padding)
    return Task(
        rows[:, :-1], targets, {"source": sources, "source_mask": real}
    )


# %% wrong: mask_of_padding -- True at padding
# expects: source_mask is True at padding
def sequence_to_sequence(sources, rows, padding=None):
    targets, given = rows[:, 1:], {"source": sources}
    if padding is not None:
        targets = targets.masked_fill(targets == padding, IGNORE)
        given["source_mask"] = sources == padding
    return Task(rows[:, :-1], targets, given)
