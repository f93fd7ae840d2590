import torch


# %% wrong: queries -- hides queries
# expects: this hides *queries*
def padding_mask(real):
    return real[:, None, :, None]


# %% wrong: reversed_meaning -- True at padding
# expects: True means: may be seen
def padding_mask(real):
    return ~real[:, None, None, :]


# %% wrong: two_axes -- (B, S)
# expects: has the shape (2, 3)
def padding_mask(real):
    return real


# %% wrong: square -- (B, 1, S, S)
# expects: has the shape (2, 1, 3, 3)
def padding_mask(real):
    return real[:, None, None, :] & real[:, None, :, None]


# %% wrong: front -- padding is always in front
# expects: expected [[False, True, True], [True, True, False]]
def padding_mask(real):
    S = real.shape[1]
    return (torch.arange(S) >= S - real.sum(1, keepdim=True))[:, None, None]


# %% right: view -- with view
def padding_mask(real):
    return real.view(real.shape[0], 1, 1, real.shape[1])


# %% right: unsqueeze -- with unsqueeze
def padding_mask(real):
    return real.unsqueeze(1).unsqueeze(1)


# %% right: reshape -- with reshape
def padding_mask(real):
    B, S = real.shape
    return real.bool().reshape(B, 1, 1, S)


# %% right: viewed -- reshape with the sizes
def padding_mask(real):
    B, S = real.size()
    return real.reshape(B, 1, 1, S)


# %% wrong: all_padding -- a text that is all padding is seen
# expects: 40 texts with gaps
def padding_mask(real):
    seen = real | ~real.any(1, keepdim=True)
    return seen[:, None, None]
