"""problem: cross_entropy
mistake: logarithms to base 2
expects: nats, not bits
"""


def cross_entropy(logits, targets):
    return -torch.softmax(logits, 1).log2().gather(1, targets[:, None]).mean()
