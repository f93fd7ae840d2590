# %% wrong: no_max -- exp of the logits as they are
# expects: take out the largest logit
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_sum = z.exp().sum(-1).log()
    return (
        log_sum - z.gather(1, y[:, None])[:, 0]
    ).sum() / counts.sum().clamp(min=1)


# %% wrong: log_of_softmax -- the probability first
# expects: stay in logs
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    p = z.softmax(-1).gather(1, y[:, None])[:, 0]
    return -p.log().sum() / counts.sum().clamp(min=1)


# %% wrong: clamped -- a small number keeps the logarithm finite
# expects: with logits of 1000
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    p = z.softmax(-1).gather(1, y[:, None])[:, 0]
    return -(p + 1e-12).log().sum() / counts.sum().clamp(min=1)


# %% wrong: mean_over_all -- divides by all positions
# expects: doesn't count in the number either
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / targets.numel()


# %% wrong: positive_ids -- takes id 0 for an ignored one
# expects: 0 is an id like all others
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets > 0
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum().clamp(min=1)


# %% wrong: softmax_twice -- probabilities in place of logits
# expects: softmax twice
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = (z if z.dtype == torch.float64 else z.float()).softmax(-1)
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum().clamp(min=1)


# %% wrong: fixed_mark -- ignores -100 only
# expects: ignore = 3
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != -100
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum().clamp(min=1)


# %% wrong: mean -- 0 / 0 where nothing counts
# expects: 0 / 0
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    return -z.log_softmax(-1).gather(1, y[:, None])[:, 0].mean()


# %% wrong: multiplied -- ignored positions times 0
# expects: NaN
def cross_entropy(logits, targets, ignore=IGNORE):
    z = logits if logits.dtype == torch.float64 else logits.float()
    counts = targets != ignore
    y = targets.masked_fill(~counts, 0)
    log_p = z.log_softmax(-1).gather(-1, y[..., None])[..., 0]
    return -(log_p * counts).sum() / counts.sum().clamp(min=1)


# %% wrong: half -- stays in float16
# expects: expected float32 out
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum().clamp(min=1)


# %% wrong: detached -- a number, without a graph
# expects: backward() from the loss must reach the logits
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return (-log_p.sum() / counts.sum().clamp(min=1)).detach()


# %% wrong: zero_without_graph -- a new 0 where nothing counts
# expects: backward() must work too
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    if not counts.any():
        return torch.zeros((), dtype=logits.dtype)
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum()


# %% right: log_softmax -- with torch's logarithm of the softmax
def cross_entropy(logits, targets, ignore=IGNORE):
    z = logits.reshape(-1, logits.shape[-1])
    z = z if z.dtype == torch.float64 else z.to(torch.float32)
    y = targets.reshape(-1)
    rows = torch.nonzero(y != ignore)[:, 0]
    log_p = torch.log_softmax(z[rows], dim=1)
    return -log_p[torch.arange(len(rows)), y[rows]].sum() / max(1, len(rows))


# %% right: logsumexp -- picks the targets by a loop
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = (targets != ignore).flatten()
    z = logits.flatten(0, -2)[counts]
    if z.dtype != torch.float64:
        z = z.float()
    total = z.sum() * 0
    for row, y in zip(z, targets.flatten()[counts].tolist()):
        total = total + torch.logsumexp(row, 0) - row[y]
    return total / max(int(counts.sum()), 1)


# %% right: one_hot -- shifts by the largest, mask by where
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z = torch.where(counts[..., None], logits, torch.zeros_like(logits))
    z = z.double() if z.dtype == torch.float64 else z.float()
    z = z - z.amax(-1, keepdim=True).detach()
    y = torch.where(counts, targets, torch.zeros_like(targets))
    chosen = torch.take_along_dim(z, y[..., None], -1).squeeze(-1)
    cost = torch.log(torch.exp(z).sum(-1)) - chosen
    n = counts.sum()
    return torch.where(counts, cost, 0 * cost).sum() / torch.clamp(n, min=1)
