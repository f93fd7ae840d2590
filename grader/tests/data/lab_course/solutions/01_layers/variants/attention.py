# %% wrong: mask_hides_itself -- a position does not see itself
# expects: the first position sees itself


def attention(query, key, value, causal=False):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu(0) > 0, -1e9)
    return softmax(scores, -1) @ value


# %% wrong: unscaled -- the scores are not divided by the root of D
# expects: divide the scores by the root of D


def attention(query, key, value, causal=False):
    scores = query @ key.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu(1) > 0, -torch.inf)
    return softmax(scores, -1) @ value


# %% right: with_einsum -- Einstein sums, and a mask that is added


def attention(query, key, value, causal=False):
    scores = torch.einsum("...td,...sd->...ts", query, key) * query.shape[-1] ** -0.5
    if causal:
        scores = scores + torch.full(scores.shape[-2:], -torch.inf).triu(1)
    return torch.einsum("...ts,...sd->...td", torch.softmax(scores, -1), value)
