"""problem: cross_entropy
mistake: one loss per row
expects: one number, the mean
"""


def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, 1).gather(1, targets[:, None]).squeeze(1)
