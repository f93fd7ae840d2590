import torch


# %% wrong: first_queries -- tril of T x S, aligned at the top left
# expects: the queries are the *last* T
def causal_mask(order, T):
    B, S = order.shape
    return torch.ones(T, S).tril().bool().expand(B, 1, T, S)


# %% wrong: reversed_meaning -- True means may not
# expects: this says who may *not* be seen
def causal_mask(order, T):
    return (order[:, None, :] > order[:, -T:, None])[:, None]


# %% wrong: not_itself -- < in place of <=
# expects: a token sees itself, too
def causal_mask(order, T):
    return (order[:, None, :] < order[:, -T:, None])[:, None]


# %% wrong: looks_ahead -- >= in place of <=
# expects: everybody looks ahead, not back
def causal_mask(order, T):
    return (order[:, None, :] >= order[:, -T:, None])[:, None]


# %% wrong: places -- the places, not the numbers
# expects: not the places
def causal_mask(order, T):
    B, S = order.shape
    places = torch.arange(S)
    return (places <= places[-T:, None]).expand(B, 1, T, S)


# %% wrong: no_axis -- (B, T, S)
# expects: has the shape (1, 4, 4)
def causal_mask(order, T):
    return order[:, None, :] <= order[:, -T:, None]


# %% wrong: floats -- zeros and ones
# expects: holds float32, not True and False
def causal_mask(order, T):
    return (order[:, None, :] <= order[:, -T:, None])[:, None].float()


# %% wrong: first_text -- the first text's numbers for all
# expects: not those of the first text
def causal_mask(order, T):
    B, S = order.shape
    first = order[0]
    return (first <= first[-T:, None]).expand(B, 1, T, S)


# %% wrong: queries_by_place -- the queries are numbered by their places
# expects: their numbers are in order, too
def causal_mask(order, T):
    S = order.shape[1]
    return (order[:, None] <= torch.arange(S - T, S)[:, None])[:, None]


# %% wrong: hides_padding -- hides the padding, too
# expects: `padding_mask` hides padding
def causal_mask(order, T):
    real = torch.cat([order[:, 1:] != order[:, :-1], order[:, :1] > -1], 1)
    return ((order[:, None] <= order[:, -T:, None]) & real[:, None])[:, None]


# %% right: le -- torch.le and unsqueeze
def causal_mask(order, T):
    start = order.shape[1] - T
    queries = order[:, start:].unsqueeze(1).unsqueeze(-1)
    return torch.le(order.unsqueeze(1).unsqueeze(1), queries)


# %% right: difference -- the difference of the numbers
def causal_mask(order, T):
    ahead = order[:, None, None, :] - order[:, None, -T:, None]
    return ~(ahead > 0)


# %% right: text_by_text -- a stack of masks
def causal_mask(order, T):
    rows = [numbers[None, :] <= numbers[-T:, None] for numbers in order]
    return torch.stack(rows)[:, None]


# %% wrong: remembered -- the mask of a shape is kept and used again
# expects: the mask of the call before
KEPT = {}


def causal_mask(order, T):
    key = (*order.shape, T)
    if key not in KEPT:
        KEPT[key] = (order[:, None, :] <= order[:, -T:, None])[:, None]
    return KEPT[key]


# %% wrong: order_changed -- one is added to a view of order
# expects: order was changed
def causal_mask(order, T):
    keys = order.clone()
    queries = order[:, -T:]
    queries += 1
    return (keys[:, None, :] < queries[:, :, None])[:, None]


# %% right: unsqueezed -- not larger, with unsqueeze and narrow
def causal_mask(order, T):
    S = order.size(1)
    queries = order.narrow(1, S - T, T).unsqueeze(1).unsqueeze(3)
    return torch.logical_not(order.unsqueeze(1).unsqueeze(1).gt(queries))


# %% right: not_later -- not those that come later
def causal_mask(order, T):
    B, S = order.shape
    ask = order.narrow(1, S - T, T).unsqueeze(-1)
    return torch.logical_not(order.unsqueeze(1) > ask).view(B, 1, T, S)


# %% wrong: counted_back -- the queries are numbered by counting back from the last one
# expects: by counting back from the last one
def causal_mask(order, T):
    last = order[:, -1:, None]
    queries = last - torch.arange(T - 1, -1, -1)[None, :, None]
    return (order[:, None, :] <= queries)[:, None]
