"""problem: attention
mistake: a position does not see itself
expects: the first position sees itself
"""


def attention(query, key, value, causal=False):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu(0) > 0, -1e9)
    return softmax(scores, -1) @ value
