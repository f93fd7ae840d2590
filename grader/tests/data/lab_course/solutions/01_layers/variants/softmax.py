# %% wrong: over_everything -- divides by the sum over all axes
# expects: each row sums to one


def softmax(scores, dim=-1):
    powers = torch.exp(scores - scores.max())
    return powers / powers.sum()


# %% wrong: overflows -- the largest score is not taken off
# expects: large scores overflow


def softmax(scores, dim=-1):
    powers = torch.exp(scores)
    return powers / powers.sum(dim, keepdim=True)


# %% right: through_logarithms -- the logarithm of the sum, then one exponential


def softmax(scores, dim=-1):
    return torch.exp(scores - torch.logsumexp(scores, dim, keepdim=True))
