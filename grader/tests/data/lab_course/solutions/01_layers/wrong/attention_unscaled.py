"""problem: attention
mistake: the scores are not divided by the root of D
expects: divide the scores by the root of D
"""


def attention(query, key, value, causal=False):
    scores = query @ key.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu(1) > 0, -torch.inf)
    return softmax(scores, -1) @ value
