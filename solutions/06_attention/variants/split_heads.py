import torch


# %% wrong: number_of_heads -- D taken for the number of heads
# expects: not the number of heads
def split_heads(x, D):
    return x.unflatten(-1, (D, -1))


# %% wrong: heads_first -- a view to (B, H, T, D)
# expects: has the shape (1, 2, 3, 4)
def split_heads(x, D):
    return x.view(x.shape[0], -1, x.shape[1], D)


# %% wrong: copied -- a copy
# expects: the numbers were copied
def split_heads(x, D):
    return x.unflatten(-1, (-1, D)).clone()


# %% wrong: every_second -- channels taken in turns
# expects: the heads of token 0 are
def split_heads(x, D):
    return x.unflatten(-1, (D, -1)).transpose(2, 3)


# %% wrong: transposed -- tokens and heads already swapped
# expects: has the shape (1, 2, 3, 4)
def split_heads(x, D):
    return x.unflatten(-1, (-1, D)).transpose(1, 2)


# %% wrong: stacked -- slices stacked, which copies
# expects: the numbers were copied
def split_heads(x, D):
    return torch.stack(x.split(D, -1), 2)


# %% wrong: contiguous -- copies a tensor that was transposed
# expects: of a transposed tensor the numbers were copied
def split_heads(x, D):
    return x.contiguous().view(*x.shape[:2], -1, D)


# %% right: reshape -- with reshape
def split_heads(x, D):
    B, T, C = x.shape
    return x.reshape(B, T, C // D, D)


# %% right: unfold -- windows over the channels
def split_heads(x, D):
    return x.unfold(-1, D, D)


# %% right: unflatten -- with the number of heads
def split_heads(x, D):
    return torch.unflatten(x, 2, (x.shape[2] // D, D))


# %% wrong: interleaved -- H is taken for the slow axis: channel c belongs to head c % H
# expects: the heads of token 0 are
def split_heads(x, D):
    return x.unflatten(-1, (D, -1)).transpose(2, 3)


# %% right: unfolded -- unfold with windows of D
def split_heads(x, D):
    return x.unfold(2, D, D)
