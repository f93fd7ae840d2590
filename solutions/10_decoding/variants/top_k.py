import math

import torch


# %% wrong: drops_ties -- exactly k stay
# expects: The fourth and the fifth word are equal
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    best = logits.topk(min(k, logits.shape[-1]))
    return torch.full_like(logits, -math.inf).scatter(
        -1, best.indices, best.values
    )


# %% wrong: one_more -- k + 1 stay
# expects: That is k + 1 tokens
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = logits.topk(min(k + 1, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, -math.inf)


# %% wrong: batch -- one threshold for the whole batch
# expects: each row keeps the ids
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = logits[0].topk(min(k, logits.shape[-1])).values[-1]
    return logits.masked_fill(logits < kth, -math.inf)


# %% wrong: beyond -- k above V raises
# expects: for the toy and k = 99
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = logits.topk(k).values[..., -1:]
    return logits.masked_fill(logits < kth, -math.inf)


# %% wrong: zeros -- removed logits become 0
# expects: expected the ids
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, 0.0)


# %% wrong: float_k -- 2.0 and True are taken
# expects: must raise a ValueError
def top_k(logits, k):
    if k < 1:
        raise ValueError(f"not {k}")
    kth = logits.topk(min(int(k), logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, -math.inf)


# %% wrong: normalised -- log-probabilities of the rest
# expects: the logits that stay must not change
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, -math.inf).log_softmax(-1)


# %% wrong: in_place -- masked_fill_ on the argument
# expects: the logits were changed
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    if len(logits) == 1:
        logits = logits.clone()
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill_(logits < kth, -math.inf)


# %% wrong: distinct -- the k-th largest of the different values
# expects: Each of two equal logits counts
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"k is {k!r}")
    out = logits.clone()
    for row in out:
        values = row.unique()
        row[row < values[-min(k, len(values))]] = -math.inf
    return out


# %% wrong: smallest_number -- the smallest float in the place of minus infinity
# expects: becomes minus infinity, not -3.4
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"no k: {k!r}")
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, torch.finfo(logits.dtype).min)


# %% wrong: in_float32 -- float64 logits are compared in float32
# expects: in their own dtype
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"no k: {k!r}")
    z = logits.float()
    kth = z.topk(min(k, z.shape[-1])).values[..., -1:]
    return logits.masked_fill(z < kth, -math.inf)


# %% right: sorting -- a full sort
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    ordered = logits.sort(dim=-1, descending=True).values
    kth = ordered[:, min(k, ordered.shape[1]) - 1].unsqueeze(1)
    return torch.where(
        logits >= kth, logits, torch.full_like(logits, -math.inf)
    )


# %% right: loop -- row by row
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    result = logits.clone()
    for row in result:
        least = sorted(row.tolist(), reverse=True)[:k][-1]
        row[row < least] = -math.inf
    return result


# %% right: kthvalue -- the k-th smallest of the negated logits
def top_k(logits, k):
    if type(k) is not int or k < 1:
        raise ValueError(f"not {k}")
    kth = (
        -(-logits)
        .kthvalue(min(k, logits.shape[-1]), dim=-1, keepdim=True)
        .values
    )
    return logits.masked_fill(logits < kth, -math.inf)
