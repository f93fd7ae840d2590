"""problem: attention
way: Einstein sums, and a mask that is added
"""


def attention(query, key, value, causal=False):
    scores = torch.einsum("...td,...sd->...ts", query, key) * query.shape[-1] ** -0.5
    if causal:
        scores = scores + torch.full(scores.shape[-2:], -torch.inf).triu(1)
    return torch.einsum("...ts,...sd->...td", torch.softmax(scores, -1), value)
