"""problem: softmax
mistake: divides by the sum over all axes
expects: each row sums to one
"""


def softmax(scores, dim=-1):
    powers = torch.exp(scores - scores.max())
    return powers / powers.sum()
