# %% wrong: unshifted -- the model reads what it predicts
# expects: shift them by one
def directional(ids):
    x_f = torch.cat((ids.new_tensor([BOS]), ids))
    return x_f, x_f, x_f.flip(0), x_f.flip(0)


# %% wrong: backward_from_bos -- the backward stream begins with <s>
# expects: starts at the end of the text, with </s>
def directional(ids):
    bos, eos = ids.new_tensor([BOS]), ids.new_tensor([EOS])
    back = ids.flip(0)
    return (
        torch.cat((bos, ids)),
        torch.cat((ids, eos)),
        torch.cat((bos, back)),
        torch.cat((back, eos)),
    )


# %% wrong: not_reversed -- the backward pair keeps the order of the text
# expects: the text is not reversed
def directional(ids):
    bos, eos = ids.new_tensor([BOS]), ids.new_tensor([EOS])
    return (
        torch.cat((bos, ids)),
        torch.cat((ids, eos)),
        torch.cat((eos, ids)),
        torch.cat((ids, bos)),
    )


# %% wrong: no_end -- the end is never predicted
# expects: x_f has the shape (3,), not (4,)
def directional(ids):
    x = torch.cat((ids.new_tensor([BOS]), ids))
    back = torch.cat((ids.new_tensor([EOS]), ids.flip(0)))
    return x[:-1], x[1:], back[:-1], back[1:]


# %% wrong: lists -- returns lists
# expects: not a PyTorch tensor
def directional(ids):
    x, y = [BOS, *ids.tolist()], [*ids.tolist(), EOS]
    return x, y, y[::-1], x[::-1]


# %% wrong: int64_always -- the dtype of the marks wins
# expects: has the dtype torch.int64
def directional(ids):
    x, y = (
        torch.tensor([BOS, *ids.tolist()]),
        torch.tensor([*ids.tolist(), EOS]),
    )
    return x, y, y.flip(0), x.flip(0)


# %% wrong: answer_twice -- the backward answers are the backward input
# expects: shift them by one
def directional(ids):
    x, y = (
        torch.cat((ids.new_tensor([BOS]), ids)),
        torch.cat((ids, ids.new_tensor([EOS]))),
    )
    return x, y, y.flip(0), y.flip(0)


# %% right: empty_fill -- fills tensors
def directional(ids):
    T = len(ids)
    x, y = ids.new_empty(T + 1), ids.new_empty(T + 1)
    x[0], x[1:], y[:T], y[T] = BOS, ids, ids, EOS
    return x, y, torch.flip(y, [0]), torch.flip(x, [0])


# %% right: pad -- constant padding
def directional(ids):
    x, y = F.pad(ids, (1, 0), value=BOS), F.pad(ids, (0, 1), value=EOS)
    return x, y, y.flip(0), x.flip(0)


# %% right: whole -- cuts one long row
def directional(ids):
    marks = [torch.full((1,), mark, dtype=ids.dtype) for mark in (BOS, EOS)]
    whole = torch.cat((marks[0], ids, marks[1]))
    back = whole.flip(0)
    return whole[:-1], whole[1:], back[:-1], back[1:]


# %% wrong: int32_marks -- joins marks of int32 to the ids
# expects: make BOS and EOS of the dtype of the ids


def directional(ids):
    start = torch.tensor([BOS], dtype=torch.int32)
    end = torch.tensor([EOS], dtype=torch.int32)
    x_f, y_f = torch.cat((start, ids)), torch.cat((ids, end))
    return x_f, y_f, y_f.flip(0), x_f.flip(0)


# %% right: padded -- F.pad in front and behind


def directional(ids):
    T = ids.shape[0]
    whole = F.pad(F.pad(ids, (1, 0), value=BOS), (0, 1), value=EOS)
    back = whole[torch.arange(T + 1, -1, -1)]
    return whole[:-1].clone(), whole[1:].clone(), back[:-1], back[1:]


# %% wrong: long_only -- makes int64 of all results but for int32
# expects: 700 ids of int32


def directional(ids):
    whole = torch.tensor(
        [BOS, *ids.tolist(), EOS],
        dtype=ids.dtype if len(ids) < 100 else torch.int64,
    )
    x_f, y_f = whole[:-1], whole[1:]
    return x_f, y_f, y_f.flip(0), x_f.flip(0)
