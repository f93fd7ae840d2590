import torch


# %% wrong: no_transpose -- reshape without transpose
# expects: token 0 has got channels of token 1
def join_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)


# %% wrong: view_after_transpose -- view refuses
# expects: is the error RuntimeError
def join_heads(x):
    B, H, T, D = x.shape
    return (
        x.transpose(1, 2).view(B, T, -1)
        if not x.is_contiguous()
        else x.transpose(1, 2).view(B, T, H * D)
    )


# %% wrong: in_turns -- channels of the heads in turns
# expects: the channels of a head stay together
def join_heads(x):
    return x.permute(0, 2, 3, 1).flatten(2)


# %% wrong: flattened_early -- (B, H, T * D)
# expects: has the shape (1, 2, 6)
def join_heads(x):
    return x.flatten(2)


# %% wrong: two_heads -- two heads, as in the toy
# expects: has the shape (2, 5, 6), not (2, 5, 12)
def join_heads(x):
    return torch.cat([x[:, 0], x[:, 1]], dim=-1)


# %% wrong: summed -- heads are added up
# expects: has the shape (1, 3, 2)
def join_heads(x):
    return x.sum(1)


# %% wrong: in_place -- transpose_ turns the argument
# expects: x was changed: it had the shape (1, 2, 3, 2), and now has (1, 3, 2, 2)
def join_heads(x):
    return x.transpose_(1, 2).flatten(2)


# %% right: reshape -- transpose and reshape
def join_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


# %% right: concatenate -- the heads side by side
def join_heads(x):
    return torch.cat(list(x.unbind(1)), dim=-1)


# %% right: contiguous -- contiguous, then view
def join_heads(x):
    y = x.permute(0, 2, 1, 3).contiguous()
    return y.view(*y.shape[:2], -1)


# %% right: unbound -- the heads one after the other
def join_heads(x):
    return torch.cat(x.unbind(1), 2)
