"""problem: softmax
mistake: the largest score is not taken off
expects: large scores overflow
"""


def softmax(scores, dim=-1):
    powers = torch.exp(scores)
    return powers / powers.sum(dim, keepdim=True)
