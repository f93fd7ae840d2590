# %% wrong: way_back -- from halves to neighbours
# expects: this is the way back
def neighbours_to_halves(weight, D):
    heads = weight.unflatten(0, (-1, 2, D // 2))
    return heads.transpose(1, 2).reshape(weight.shape)


# %% wrong: across_heads -- all rows at once
# expects: each head is reordered by itself
def neighbours_to_halves(weight, D):
    return torch.cat((weight[::2], weight[1::2]))


# %% wrong: nothing -- as they are
# expects: for the rows 0 to 11
def neighbours_to_halves(weight, D):
    return weight.clone()


# %% wrong: columns_cut -- all numbers in pairs, across rows
# expects: rows move as a whole
def neighbours_to_halves(weight, D):
    return weight.reshape(-1, D // 2, 2).transpose(1, 2).reshape(weight.shape)


# %% wrong: two_heads -- always two heads
# expects: three heads of size 4: expected the rows
def neighbours_to_halves(weight, D):
    pairs = weight.unflatten(0, (2, len(weight) // 4, 2))
    return pairs.transpose(1, 2).reshape(weight.shape)


# %% right: index -- by an order of rows
def neighbours_to_halves(weight, D):
    order = [
        h + c
        for h in range(0, len(weight), D)
        for s in (0, 1)
        for c in range(s, D, 2)
    ]
    return weight[order]


# %% right: heads -- head by head
def neighbours_to_halves(weight, D):
    heads = [torch.cat((head[0::2], head[1::2])) for head in weight.split(D)]
    return torch.cat(heads)


# %% right: einops -- permute with an explicit view
def neighbours_to_halves(weight, D):
    H = weight.shape[0] // D
    rest = weight.shape[1:]
    return (
        weight.reshape(H, D // 2, 2, *rest)
        .swapaxes(1, 2)
        .reshape(H * D, *rest)
    )


# %% wrong: in_place -- the rows of the weight are moved in place
# expects: the weight was changed
def neighbours_to_halves(weight, D):
    for start in range(0, len(weight), D):
        head = weight[start : start + D].clone()
        weight[start : start + D] = torch.cat((head[::2], head[1::2]))
    return weight


# %% right: by_index -- a list of row numbers
def neighbours_to_halves(weight, D):
    order = []
    for start in range(0, weight.shape[0], D):
        order += list(range(start, start + D, 2)) + list(
            range(start + 1, start + D, 2)
        )
    return weight.index_select(0, torch.tensor(order))


# %% wrong: one_head -- all rows are taken for one head
# expects: Each head is reordered by itself
def neighbours_to_halves(weight, D):
    return torch.cat([weight[0::2], weight[1::2]])
