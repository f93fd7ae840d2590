import math

import torch
from minillm.losses import cross_entropy
from torch.nn import functional as F


# %% wrong: all_tokens -- the mean over all tokens
# expects: All 6 targets were taken
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return cross_entropy(logits, targets)


# %% wrong: divides_by_all -- divided by all tokens
# expects: divided by all 6 tokens
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return (
        cross_entropy(logits[mask], targets[mask]) * mask.sum() / mask.numel()
    )


# %% wrong: mean_of_means -- a mean of the texts' means
# expects: mean of the texts' means
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    rows = [
        cross_entropy(z[m], t[m])
        for z, t, m in zip(logits, targets, mask)
        if m.any()
    ]
    return sum(rows) / len(rows)


# %% wrong: multiplies -- multiplies by the mask
# expects: 0 times infinity is NaN
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    each = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), reduction="none"
    )
    return (each * mask.flatten()).sum() / mask.sum()


# %% wrong: the_sum -- the sum instead of the mean
# expects: That is the sum
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return cross_entropy(logits[mask], targets[mask]) * mask.sum()


# %% wrong: in_bits -- in bits
# expects: These are bits
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return cross_entropy(logits[mask], targets[mask]) / math.log(2)


# %% wrong: nothing_is_zero -- 0 where nothing counts
# expects: raise a ValueError instead
def answer_loss(logits, targets, mask):
    if not mask.any():
        return logits.sum() * 0
    return cross_entropy(logits[mask], targets[mask])


# %% wrong: nothing_checked -- nothing is checked
# expects: raise a ValueError instead
def answer_loss(logits, targets, mask):
    return cross_entropy(logits[mask], targets[mask])


# %% wrong: other_way -- the mask is turned round
# expects: the example: expected
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    mask = ~mask
    return cross_entropy(logits[mask], targets[mask])


# %% wrong: returns_error -- the error is returned
# expects: that was returned, not raised
def answer_loss(logits, targets, mask):
    if not mask.any():
        return ValueError("nothing counts")
    return cross_entropy(logits[mask], targets[mask])


# %% wrong: a_number -- a float instead of a tensor
# expects: not a PyTorch tensor
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return cross_entropy(logits[mask], targets[mask]).item()


# %% wrong: one_late -- the mask is shifted by one
# expects: the example: expected
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    mask = mask.roll(1, dims=1)
    return cross_entropy(logits[mask], targets[mask])


# %% wrong: overflow -- exponentials without their maximum
# expects: logits around 1000
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    z, t = logits[mask], targets[mask]
    p = z.exp() / z.exp().sum(-1, keepdim=True)
    return -p.gather(-1, t[:, None]).log().mean()


# %% right: ignored -- targets that don't count are -100
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    aims = targets.masked_fill(~mask, -100)
    return F.cross_entropy(logits[mask], aims[mask])


# %% right: log_softmax -- log_softmax and gather
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    log_p = torch.log_softmax(logits[mask], dim=-1)
    return -log_p[torch.arange(len(log_p)), targets[mask]].mean()


# %% right: places -- the places by nonzero
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    rows, columns = mask.nonzero(as_tuple=True)
    return cross_entropy(logits[rows, columns], targets[rows, columns])
