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


# %% wrong: all_rows -- all S rows, whatever T is
# expects: S = 4 and T = 3: the result has the shape (1, 1, 4, 4)
def prefix_mask(order, T, prefix):
    inside = order[:, None, None] < prefix[:, None, None, None]
    return causal_mask(order, order.shape[1]) | inside


# %% wrong: tril -- the causal part by places
# expects: order [0, 1, 1, 1, 2, 3], prefix 1
def prefix_mask(order, T, prefix):
    S = order.shape[1]
    places = torch.ones(T, S).tril(S - T).bool()
    return places | (order[:, None, None] < prefix[:, None, None, None])


# %% wrong: short_prefix -- a prefix of at most T
# expects: prefix 5, T = 3
def prefix_mask(order, T, prefix):
    return causal_mask(order, T) | (
        order[:, None, None] < prefix.clamp(max=T)[:, None, None, None]
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


# %% right: both_inside -- query and key in the prefix: the causal part has the rest


def prefix_mask(order, T, prefix):
    inside = order < prefix[:, None]
    return (
        causal_mask(order, T)
        | (inside[:, -T:, None] & inside[:, None])[:, None]
    )


# %% wrong: prefix_changed -- prefix is clamped in place
# expects: prefix was changed
def prefix_mask(order, T, prefix):
    prefix.clamp_(max=order.shape[1])
    return causal_mask(order, T) | (
        order[:, None, None] < prefix[:, None, None, None]
    )


# %% right: one_comparison -- keys below the larger one of the own number + 1 and the prefix
def prefix_mask(order, T, prefix):
    limit = torch.maximum(order[:, -T:] + 1, prefix[:, None])
    return (order[:, None, :] < limit[:, :, None]).unsqueeze(1)
