# %% wrong: sign -- far keys get more
# expects: the bias is negative
def alibi_bias(order, T, slopes):
    far = (order[:, -T:, None] - order[:, None, :]).abs()
    return slopes[:, None, None] * far[:, None]


# %% wrong: no_abs -- keys ahead get a bonus
# expects: take the absolute value
def alibi_bias(order, T, slopes):
    far = order[:, -T:, None] - order[:, None, :]
    return -slopes[:, None, None] * far[:, None]


# %% wrong: first_queries -- the first T tokens ask
# expects: the queries are the last T
def alibi_bias(order, T, slopes):
    far = (order[:, :T, None] - order[:, None, :]).abs()
    return -slopes[:, None, None] * far[:, None]


# %% wrong: places -- places instead of numbers
# expects: one with padding
def alibi_bias(order, T, slopes):
    S = order.shape[1]
    places = torch.arange(S).expand_as(order)
    far = (places[:, -T:, None] - places[:, None, :]).abs()
    return -slopes[:, None, None] * far[:, None]


# %% wrong: no_batch -- the first text for all
# expects: the result has the shape
def alibi_bias(order, T, slopes):
    far = (order[0, -T:, None] - order[0, None, :]).abs()
    return (-slopes[:, None, None] * far)[None]


# %% wrong: whole -- all tokens are queries
# expects: the last 2 of which are queries
def alibi_bias(order, T, slopes):
    far = (order[:, :, None] - order[:, None, :]).abs()
    return -slopes[:, None, None] * far[:, None]


# %% wrong: ahead_is_zero -- keys ahead get no bias
# expects: its bias is not 0
def alibi_bias(order, T, slopes):
    distances = (order[:, -T:, None] - order[:, None, :]).clamp(min=0)
    return -slopes[:, None, None] * distances[:, None]


# %% wrong: cut_off -- distances end at 64
# expects: one query at the end of 700 tokens: at
def alibi_bias(order, T, slopes):
    distances = (order[:, -T:, None] - order[:, None, :]).abs().clamp(max=64)
    return -slopes[:, None, None] * distances[:, None]


# %% right: einsum -- heads by einsum
def alibi_bias(order, T, slopes):
    S = order.size(1)
    far = torch.abs(order[:, S - T :].unsqueeze(2) - order.unsqueeze(1))
    return torch.einsum("h,bts->bhts", -slopes, far.to(slopes.dtype))


# %% right: view -- slopes as (1, H, 1, 1)
def alibi_bias(order, T, slopes):
    query = order[:, -T:][:, None, :, None]
    key = order[:, None, None, :]
    return -(query - key).abs() * slopes.view(1, -1, 1, 1)


# %% right: loop -- head by head
def alibi_bias(order, T, slopes):
    far = (order[:, -T:, None] - order[:, None]).abs()
    return torch.stack([far * -m for m in slopes], dim=1)


# %% wrong: slopes_negated -- the slopes are negated in place
# expects: slopes were changed
def alibi_bias(order, T, slopes):
    distance = (order[:, -T:, None] - order[:, None, :]).abs()
    return distance[:, None] * slopes.neg_()[:, None, None]


# %% right: outer -- einsum over heads and distances
def alibi_bias(order, T, slopes):
    S = order.shape[1]
    i, j = order[:, S - T :].unsqueeze(2), order.unsqueeze(1)
    distance = torch.maximum(i, j) - torch.minimum(i, j)
    return -torch.einsum("bts,h->bhts", distance.to(slopes.dtype), slopes)


# %% wrong: numbers -- the slopes as numbers
# expects: the gradient must flow to the slopes
def alibi_bias(order, T, slopes):
    distances = (order[:, -T:, None] - order[:, None, :]).abs()
    return torch.stack([-m * distances for m in slopes.tolist()], dim=1)
