# %% wrong: flip -- the filling comes first
# expects: the filling of row 1 is in front now
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    return x.flip(1)


# %% wrong: rows -- exchanges the rows
# expects: the rows were exchanged
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    return x.flip(0)


# %% wrong: zeros -- drops the filling
# expects: what fills the row up must stay as it is
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    out = torch.zeros_like(x)
    for b, n in enumerate(lengths.tolist()):
        out[b, :n] = x[b, :n].flip(0)
    return out


# %% wrong: in_place -- changes its argument
# expects: x was changed
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    if x.requires_grad:
        x = x.clone()
    for b, n in enumerate(lengths.tolist()):
        x[b, :n] = x[b, :n].flip(0)
    return x


# %% wrong: unchecked -- accepts a length that is too large
# expects: a length of 4 in a row of 3 must raise
def reverse(x, lengths):
    t = torch.arange(x.shape[1])
    n = lengths[:, None]
    index = torch.where(t < n, (n - 1 - t).clamp(max=x.shape[1] - 1), t)
    return x[torch.arange(len(x))[:, None], index]


# %% wrong: gather_ids_only -- works for ids alone
# expects: for x (2, 4, 3)
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    t = torch.arange(x.shape[1])
    n = lengths[:, None]
    return x.gather(1, torch.where(t < n, n - 1 - t, t))


# %% wrong: off_by_one -- n - t instead of n - 1 - t
# expects: reverse: of [[0, 5, 6, 1], [0, 1, 9, 9]]
def reverse(x, lengths):
    if ((lengths < 0) | (lengths > x.shape[1])).any():
        raise ValueError(lengths)
    t = torch.arange(x.shape[1])
    n = lengths[:, None]
    index = torch.where(t < n, (n - t).clamp(max=x.shape[1] - 1), t)
    return x[torch.arange(len(x))[:, None], index]


# %% wrong: both_axes -- the numbers of a vector, too
# expects: numbers of a vector were turned round
def reverse(x, lengths):
    if (lengths < 0).any() or (lengths > x.shape[1]).any():
        raise ValueError("lengths")
    rows = []
    for row, n in zip(x, lengths.tolist()):
        rows.append(torch.cat((row[:n].flip(*range(row.dim())), row[n:])))
    return torch.stack(rows)


# %% right: loop -- row by row
def reverse(x, lengths):
    rows = []
    for row, n in zip(x, lengths.tolist()):
        if n < 0 or n > x.shape[1]:
            raise ValueError(f"length {n}")
        rows.append(torch.cat((row[:n].flip(0), row[n:])))
    return torch.stack(rows)


# %% right: places -- a list of places for each row
def reverse(x, lengths):
    T = x.shape[1]
    if lengths.min() < 0 or lengths.max() > T:
        raise ValueError(f"lengths go from 0 to {T}")
    out = []
    for row, n in zip(x, lengths.tolist()):
        out.append(row[[*range(n - 1, -1, -1), *range(n, T)]])
    return torch.stack(out)


# %% right: gather -- expands the index
def reverse(x, lengths):
    T = x.shape[1]
    if not ((lengths >= 0) & (lengths <= T)).all():
        raise ValueError("length")
    t = torch.arange(T).expand(len(x), T)
    n = lengths.view(-1, 1)
    index = torch.where(t < n, n - 1 - t, t)
    index = index.view(*index.shape, *[1] * (x.dim() - 2)).expand_as(x)
    return torch.gather(x, 1, index)


# %% wrong: by_numpy -- works on NumPy arrays, which know no gradient
# expects: gradients flow through it


def reverse(x, lengths):
    if bool(((lengths < 0) | (lengths > x.shape[1])).any()):
        raise ValueError("a length is outside 0 to T")
    out = x.detach().numpy().copy()
    for row, n in zip(out, lengths.tolist()):
        row[:n] = row[:n][::-1].copy()
    return torch.from_numpy(out)


# %% wrong: three_axes -- knows rows of ids and rows of vectors only
# expects: there may be any number of them


def reverse(x, lengths):
    T = x.shape[1]
    if (lengths < 0).any() or (lengths > T).any():
        raise ValueError("a length is outside 0 to T")
    t, n = torch.arange(T), lengths[:, None]
    index = torch.where(t < n, n - 1 - t, t)
    if x.dim() == 3:
        index = index[:, :, None].expand(-1, -1, x.shape[2])
    return x.gather(1, index)


# %% right: row_by_row -- a stack of rows


def reverse(x, lengths):
    T, rows = x.shape[1], []
    for row, n in zip(x, lengths.tolist()):
        if n < 0 or n > T:
            raise ValueError(f"length {n} of a row of {T}")
        rows.append(torch.cat((row[:n].flip(0), row[n:])))
    return torch.stack(rows)


# %% wrong: int64_result -- makes whole numbers of 64 bits
# expects: the result torch.float32


def reverse(x, lengths):
    B, T = x.shape[:2]
    if lengths.min() < 0 or lengths.max() > T:
        raise ValueError("lengths")
    out = torch.zeros_like(
        x, dtype=torch.float32 if x.is_floating_point() else torch.int64
    )
    for b in range(B):
        n = int(lengths[b])
        out[b, :n] = x[b, :n].flip(0)
        out[b, n:] = x[b, n:]
    return out


# %% right: take_along -- take_along_dim with an index of all axes


def reverse(x, lengths):
    B, T = x.shape[0], x.shape[1]
    if not all(0 <= n <= T for n in lengths.tolist()):
        raise ValueError("lengths")
    index = torch.arange(T).repeat(B, 1)
    for b, n in enumerate(lengths.tolist()):
        index[b, :n] = torch.arange(n - 1, -1, -1)
    index = index.reshape(B, T, *[1] * (x.dim() - 2)).expand(x.shape)
    return torch.take_along_dim(x, index, dim=1)


# %% wrong: last_length -- looks at the last length only
# expects: must raise a ValueError
def reverse(x, lengths):
    T = x.shape[1]
    if not 0 <= lengths[-1] <= T:
        raise ValueError("a length outside 0 to T")
    t, n = torch.arange(T), lengths[:, None].clamp(0, T)
    index = torch.where(t < n, n - 1 - t, t)
    return x[torch.arange(len(x))[:, None], index]


# %% wrong: by_products -- a matrix of zeros and ones moves the entries
# expects: infinity times 0 is NaN
def reverse(x, lengths):
    T = x.shape[1]
    if ((lengths < 0) | (lengths > T)).any():
        raise ValueError("a length outside 0 to T")
    t, n = torch.arange(T), lengths[:, None]
    index = torch.where(t < n, n - 1 - t, t)
    moves = F.one_hot(index, T).to(x.dtype)  # (B, T, T)
    return torch.einsum("bts,bs...->bt...", moves, x)
