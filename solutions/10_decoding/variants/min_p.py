import math

import torch


# %% wrong: bare -- what is at least p
# expects: the bar is p times the best
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(shares < p, -math.inf)


# %% wrong: batch -- the best of the whole batch
# expects: the bars of the rows
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(shares < p * shares.max(), -math.inf)


# %% wrong: logits -- logits compared instead of probabilities
# expects: Compare probabilities
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    best = logits.amax(dim=-1, keepdim=True)
    return logits.masked_fill(logits < p * best, -math.inf)


# %% wrong: strict -- the best itself goes at p = 1
# expects: p = 1 keeps all that equal the best
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(
        shares <= p * shares.amax(-1, keepdim=True), -math.inf
    )


# %% wrong: unchecked -- any p is taken
# expects: call check_share
def min_p(logits, p):
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(
        shares < p * shares.amax(-1, keepdim=True), -math.inf
    )


# %% wrong: probabilities -- probabilities are returned
# expects: the logits that stay must not change
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return shares.masked_fill(
        shares < p * shares.amax(-1, keepdim=True), -math.inf
    )


# %% wrong: whole_row -- p times the sum of the row, which is 1
# expects: the bar is p times the best
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    return logits.masked_fill(
        shares < p * shares.sum(-1, keepdim=True), -math.inf
    )


# %% wrong: half -- the shares in the dtype of the logits
# expects: in float32?
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(-1)
    return logits.masked_fill(
        shares < p * shares.amax(-1, keepdim=True), -math.inf
    )


# %% wrong: overflow -- exp without subtracting the largest logit
# expects: logits around 1000
def min_p(logits, p):
    check_share("min-p", p)
    e = logits.to(wide(logits.dtype)).exp()
    return logits.masked_fill(e < p * e.amax(-1, keepdim=True), -math.inf)


# %% right: logarithm -- a bar for the logits
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    z = logits.double()
    return logits.masked_fill(
        z - z.amax(-1, keepdim=True) < math.log(p), -math.inf
    )


# %% right: ratio -- probabilities divided by the best
def min_p(logits, p):
    check_share("min-p", p)
    powers = (logits - logits.amax(-1, keepdim=True)).double().exp()
    return torch.where(powers >= p, logits, -math.inf)


# %% right: loop -- row by row
def min_p(logits, p):
    check_share("min-p", p)
    rows = []
    for row in logits:
        shares = row.double().softmax(0)
        rows.append(row.masked_fill(shares < p * shares.max(), -math.inf))
    return torch.stack(rows)


# %% wrong: zero_share_goes -- with p = 0, tokens whose share is rounded to 0 go
# expects: keeps all
def min_p(logits, p):
    check_share("min-p", p)
    shares = logits.softmax(-1, dtype=torch.float64)
    drop = shares < p * shares.amax(-1, keepdim=True)
    if p == 0:
        drop = (shares == 0) & (logits < -1000)
    return logits.masked_fill(drop, -math.inf)


# %% wrong: all_float32 -- float64 logits are compared in float32
# expects: has not enough digits
def min_p(logits, p):
    check_share("min-p", p)
    if p == 0:
        return logits
    shares = logits.softmax(-1, dtype=torch.float32)
    return logits.masked_fill(
        shares < p * shares.amax(-1, keepdim=True), -math.inf
    )
