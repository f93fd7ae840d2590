import math

import torch


# %% wrong: crossing_lost -- the token that crosses p is dropped
# expects: the token that crosses p must be kept
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) > p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: above_p -- tokens whose probability is above p
# expects: nothing is left
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(shares <= p, -math.inf)


# %% wrong: unsorted_scatter -- the mask stays in sorted order
# expects: bring the mask back
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, _ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop, -math.inf)


# %% wrong: probabilities -- renormalised probabilities are returned
# expects: these are probabilities
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    left = shares.masked_fill(drop.scatter(-1, ids, drop), 0)
    return left / left.sum(dim=-1, keepdim=True)


# %% wrong: log_probabilities -- the log-probabilities of the rest
# expects: the logits that stay must not change
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    left = logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)
    return left.log_softmax(-1)


# %% wrong: one_too_many -- a sum that equals p takes one more
# expects: reaches p
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values > p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: empty -- p = 0 and tiny p leave nothing
# expects: keeps the best token alone
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: first_row -- the set of the first row for all
# expects: each row has a set of its own
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares[:1].sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: half -- sums in the dtype of the logits
# expects: 4,096 equal logits in
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    values, ids = logits.softmax(dim=-1).sort(dim=-1, descending=True)
    before = torch.zeros_like(values)
    total = torch.zeros_like(values[:, 0])
    for i in range(values.shape[1]):
        before[:, i] = total
        total = total + values[:, i]
    drop = before >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: unchecked -- any p is taken
# expects: call check_share
def top_p(logits, p):
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: one_is_not_all -- p = 1 drops what is rounded to 0
# expects: p = 1 keeps all tokens
def top_p(logits, p):
    check_share("top-p", p)
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: vocabulary_order -- added up in the order of the ids
# expects: in the order of the ids
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(-1, dtype=wide(logits.dtype))
    drop = shares.cumsum(-1) - shares >= p
    drop[:, 0] = False
    return logits.masked_fill(drop, -math.inf)


# %% wrong: one_number -- as many tokens as in row 0 for all rows
# expects: row 1 has the probabilities
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    n = max(1, int((values[0].cumsum(-1) - values[0] < p).sum()))
    out = torch.full_like(logits, -math.inf)
    return out.scatter(1, ids[:, :n], logits.gather(1, ids[:, :n]))


# %% wrong: overflow -- exp without subtracting the largest logit
# expects: keeps the best token alone
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    e = logits.to(wide(logits.dtype)).exp()
    shares = e / e.sum(-1, keepdim=True)
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[:, 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: gathered -- the mask is gathered with the sorted ids, not scattered
# expects: puts each entry at its id
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.gather(-1, ids), -math.inf)


# %% wrong: large_negative -- -1e9 in the place of minus infinity
# expects: becomes minus infinity, not -1e+09
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = shares.sort(dim=-1, descending=True)
    drop = values.cumsum(-1) - values >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -1e9)


# %% wrong: over_texts -- the softmax goes over the texts
# expects: axis 0
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    z, ids = logits.sort(dim=-1, descending=True)
    s = z.softmax(0, dtype=wide(logits.dtype))
    drop = s.cumsum(-1) - s >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% wrong: float32 -- computed and returned in float32
# expects: dtype of the logits
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    logits = logits.float()
    z, ids = logits.sort(dim=-1, descending=True)
    s = z.softmax(-1)
    drop = s.cumsum(-1) - s >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% right: from_the_top -- the sum before each token
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits.clone()
    shares = logits.double().softmax(dim=-1)
    values, ids = shares.sort(dim=-1, descending=True)
    before = values.cumsum(-1) - values
    drop = before >= p
    drop[..., 0] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


# %% right: loop -- the definition, row by row
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    result = torch.full_like(logits, -math.inf)
    for b, row in enumerate(logits.double().softmax(-1)):
        total = 0.0
        for i in row.argsort(descending=True).tolist():
            result[b, i] = logits[b, i]
            total += float(row[i])
            if total >= p - 1e-12:
                break
    return result


# %% right: shifted -- the cumulative sum, moved by one place
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    values, ids = torch.sort(shares, descending=True, dim=-1)
    over = values.cumsum(-1) >= p
    drop = torch.zeros_like(over)
    drop[:, 1:] = over[:, :-1]
    mask = torch.zeros_like(drop)
    for b in range(len(mask)):
        mask[b, ids[b]] = drop[b]
    return logits.masked_fill(mask, -math.inf)


# %% right: searchsorted -- searchsorted and ranks
def top_p(logits, p):
    check_share("top-p", p)
    if p >= 1:
        return logits
    shares = torch.softmax(logits.to(wide(logits.dtype)), dim=-1)
    order = shares.argsort(dim=-1, descending=True)
    sums = shares.gather(-1, order).cumsum(-1)
    target = torch.full((len(logits), 1), float(p), dtype=sums.dtype)
    n = torch.searchsorted(sums, target) + 1
    rank = order.argsort(dim=-1)
    return torch.where(rank < n, logits, -math.inf)


# %% right: ascending -- in float64, from the least likely on
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits.clone()
    shares = logits.softmax(-1, dtype=torch.float64)
    values, ids = shares.sort(dim=-1)
    remove = values.cumsum(-1) <= (1 - p)
    remove[:, -1] = False
    return logits.masked_fill(
        torch.zeros_like(remove).scatter(1, ids, remove), -math.inf
    )


# %% wrong: threshold -- probabilities above p
# expects: is a single probability compared
def top_p(logits, p):
    check_share("top-p", p)
    if p == 1:
        return logits
    shares = logits.softmax(-1, dtype=wide(logits.dtype))
    keep = (shares > p) | (shares == shares.amax(-1, keepdim=True))
    return logits.masked_fill(~keep, -math.inf)
