"""problem: cross_entropy
way: a loop over the rows
"""


def cross_entropy(logits, targets):
    losses = []
    for row, target in zip(logits, targets):
        losses.append(torch.logsumexp(row, 0) - row[target])
    return torch.stack(losses).mean()
