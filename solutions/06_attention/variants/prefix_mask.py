import torch


# %% wrong: first_prefix -- the first text's prefix for all
# expects: that of the first was used for it
def prefix_mask(order, T, prefix):
    return causal_mask(order, T) | (order[:, None, None, :] < prefix[0])


# %% wrong: one_more -- <= in place of <
# expects: a prefix of 2 has the tokens 0 and 1
def prefix_mask(order, T, prefix):
    return causal_mask(order, T) | (
        order[:, None, None, :] <= prefix[:, None, None, None]
    )


# %% wrong: prefix_only -- without the causal part
# expects: tokens behind the prefix see themselves
def prefix_mask(order, T, prefix):
    return (order[:, None, None, :] < prefix[:, None, None, None]).expand(
        -1, 1, T, -1
    )


# %% wrong: causal_only -- without the prefix
# expects: this is the causal mask
def prefix_mask(order, T, prefix):
    return causal_mask(order, T)


# %% wrong: places -- places in place of numbers
# expects: the prefix was counted in places
def prefix_mask(order, T, prefix):
    places = torch.arange(order.shape[1])
    return causal_mask(order, T) | (places < prefix[:, None])[:, None, None]


# %% wrong: needs_one -- a prefix of 0 is taken for 1
# expects: with a prefix of 0 it is the causal mask
def prefix_mask(order, T, prefix):
    prefix = prefix.clamp(min=2)
    return causal_mask(order, T) | (
        order[:, None, None, :] < prefix[:, None, None, None]
    )


# %% right: logical_or -- torch.logical_or
def prefix_mask(order, T, prefix):
    inside = torch.lt(order, prefix.unsqueeze(1))
    return torch.logical_or(
        causal_mask(order, T), inside.unsqueeze(1).unsqueeze(1)
    )


# %% right: bound -- one comparison with the larger bound
def prefix_mask(order, T, prefix):
    bound = torch.maximum(order[:, -T:], prefix[:, None] - 1)
    return (order[:, None, :] <= bound[:, :, None])[:, None]


# %% right: text_by_text -- each text for itself
def prefix_mask(order, T, prefix):
    mask = causal_mask(order, T).clone()
    for b, n in enumerate(prefix.tolist()):
        mask[b, 0, :, order[b] < n] = True
    return mask
