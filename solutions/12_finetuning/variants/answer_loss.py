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
# expects: that do *not* count
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
# expects: one place off
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


# %% wrong: where_behind -- torch.where after the loss: the value is right, the gradient of infinite logits is NaN
# expects: its gradient is NaN
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("no target counts")
    each = -logits.log_softmax(-1).gather(-1, targets[..., None])[..., 0]
    return torch.where(mask, each, 0.0).sum() / mask.sum()


# %% wrong: log_of_softmax -- log(softmax), which underflows
# expects: take the log-softmax
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("no target counts")
    p = torch.softmax(logits[mask], dim=-1)
    return -p.gather(1, targets[mask][:, None]).log().mean()


# %% wrong: all_must_count -- raises unless everything counts
# expects: 4 of 6 targets count
def answer_loss(logits, targets, mask):
    if not mask.all():
        raise ValueError("nothing counts")
    return F.cross_entropy(logits[mask], targets[mask])


# %% wrong: ignored_index -- ignore_index without selecting: NaN in the gradient
# expects: its gradient is NaN
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return F.cross_entropy(
        logits.flatten(0, 1), targets.masked_fill(~mask, -100).flatten()
    )


# %% wrong: detached -- the loss is detached
# expects: does not require grad
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    return torch.tensor(F.cross_entropy(logits[mask], targets[mask]).item())


# %% wrong: nll_of_softmax -- nll_loss of probabilities: minus the mean probability
# expects: minus the mean probability
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing")
    return F.nll_loss(logits[mask].softmax(-1), targets[mask])


# %% wrong: common_log -- log10
# expects: to the base 10
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing")
    return (
        F.cross_entropy(logits[mask], targets[mask]) / torch.tensor(10.0).log()
    )


# %% wrong: perplexity -- the perplexity
# expects: perplexity
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing")
    return F.cross_entropy(logits[mask], targets[mask]).exp()


# %% wrong: per_text -- the sum divided by the number of texts
# expects: the number of texts
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing")
    return F.cross_entropy(logits[mask], targets[mask], reduction="sum") / len(
        logits
    )


# %% wrong: each_text_needs -- raises where one text has no answer
# expects: none of text 1
def answer_loss(logits, targets, mask):
    if not mask.any(1).all():
        raise ValueError("nothing")
    return F.cross_entropy(logits[mask], targets[mask])


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


# %% right: loop -- text by text, place by place
def answer_loss(logits, targets, mask):
    parts = []
    for b in range(len(mask)):
        for t in range(mask.shape[1]):
            if mask[b, t].item():
                parts.append(
                    logits[b, t].logsumexp(0) - logits[b, t, targets[b, t]]
                )
    if len(parts) == 0:
        raise ValueError("nothing to learn")
    return sum(parts) / len(parts)


# %% right: nll -- indices by nonzero, torch's log_softmax and nll_loss
def answer_loss(logits, targets, mask):
    rows, columns = mask.nonzero(as_tuple=True)
    if rows.numel() == 0:
        raise ValueError("nothing to learn")
    return F.nll_loss(
        F.log_softmax(logits[rows, columns], dim=-1), targets[rows, columns]
    )


# %% right: summed -- a sum divided by the number
def answer_loss(logits, targets, mask):
    n = int(mask.sum())
    if n == 0:
        raise ValueError("nothing counts")
    picked, wanted = logits[mask], targets[mask]
    return (picked.logsumexp(-1) - picked[torch.arange(n), wanted]).sum() / n


# %% wrong: writes_targets -- targets are overwritten where nothing counts
# expects: no function changes its arguments
def answer_loss(logits, targets, mask):
    if not mask.any():
        raise ValueError("nothing counts")
    targets[~mask] = -100
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
