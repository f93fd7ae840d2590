import torch


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
# expects: no small number stands in
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
# expects: isn't used
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
# expects: must work and reach the logits
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    if not counts.any():
        return torch.zeros((), dtype=logits.dtype)
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum()


# %% wrong: global_max -- the largest logit of the whole batch, not of each row
# expects: Each row by itself
def cross_entropy(logits, targets, ignore=IGNORE):
    keep = targets != ignore
    z, y = logits[keep], targets[keep]
    if z.dtype != torch.float64:
        z = z.float()
    if len(y) == 0:
        return z.sum()
    m = z.max()
    return (
        m + (z - m).exp().sum(-1).log() - z[torch.arange(len(y)), y]
    ).mean()


# %% wrong: float64_lost -- float64 is turned into float32, too
# expects: expected float64 out
def cross_entropy(logits, targets, ignore=IGNORE):
    keep = targets != ignore
    z, y = logits[keep].float(), targets[keep]
    return (
        torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
    ).sum() / max(1, len(y))


# %% wrong: views -- logits.view, which a slice or a transposed tensor refuses
# expects: transposed
def cross_entropy(logits, targets, ignore=IGNORE):
    z, y = logits.view(-1, logits.shape[-1]), targets.view(-1)
    keep = y != ignore
    z, y = z[keep], y[keep]
    if z.dtype != torch.float64:
        z = z.float()
    return (
        torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
    ).sum() / max(1, len(y))


# %% wrong: float32_at_the_end -- computed in float16, only the result is turned into float32
# expects: not the result
def cross_entropy(logits, targets, ignore=IGNORE):
    keep = targets != ignore
    z, y = logits[keep], targets[keep]
    if len(y) == 0:
        return z.sum().float()
    m = z.max(-1, keepdim=True).values
    loss = (
        (z - m).exp().sum(-1).log() + m[:, 0] - z.gather(1, y[:, None])[:, 0]
    ).sum() / max(1, len(y))
    return loss if loss.dtype == torch.float64 else loss.float()


# %% wrong: in_place -- the largest logit is subtracted in place from float32 logits
# expects: logits were changed
def cross_entropy(logits, targets, ignore=IGNORE):
    z = logits if logits.dtype == torch.float64 else logits.float()
    z -= z.max(-1, keepdim=True).values
    keep = targets != ignore
    z, y = z[keep], targets[keep]
    return (z.exp().sum(-1).log() - z.gather(1, y[:, None])[:, 0]).sum() / max(
        1, len(y)
    )


# %% wrong: targets_filled -- ignored targets are overwritten with 0
# expects: targets were changed
def cross_entropy(logits, targets, ignore=IGNORE):
    keep = targets != ignore
    targets[~keep] = 0
    z = logits if logits.dtype == torch.float64 else logits.float()
    z = torch.where(keep[..., None], z, torch.zeros_like(z))
    each = torch.logsumexp(z, -1) - z.gather(-1, targets[..., None])[..., 0]
    return (each * keep).sum() / keep.sum().clamp(min=1)


# %% wrong: mean_of_texts -- the mean of each text's mean
# expects: mean of the means
def cross_entropy(logits, targets, ignore=IGNORE):
    def one(z, y):
        keep = y != ignore
        z, y = z[keep], y[keep]
        if z.dtype != torch.float64:
            z = z.float()
        return (
            torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
        ).sum() / max(1, len(y))

    if targets.ndim < 2:
        return one(logits, targets)
    return torch.stack(
        [cross_entropy(z, y, ignore) for z, y in zip(logits, targets)]
    ).mean()


# %% wrong: flattened -- flatten(0, -2) refuses the logits of a single position
# expects: single position
def cross_entropy(logits, targets, ignore=IGNORE):
    z, y = logits.flatten(0, -2), targets.flatten()
    z, y = z[y != ignore], y[y != ignore]
    z = z if z.dtype == torch.float64 else z.float()
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / max(1, len(y))


# %% wrong: where_after -- all surprises are computed, and those that are ignored replaced by 0
# expects: 0 times NaN is NaN
def cross_entropy(logits, targets, ignore=IGNORE):
    z = logits if logits.dtype == torch.float64 else logits.float()
    z, y = z.reshape(-1, z.shape[-1]), targets.reshape(-1)
    counts = y != ignore
    safe = torch.where(counts, y, 0)
    surprise = z.logsumexp(-1) - z.gather(1, safe[:, None])[:, 0]
    surprise = torch.where(counts, surprise, torch.zeros_like(surprise))
    return surprise.sum() / counts.sum().clamp(min=1)


# %% wrong: only_half -- bfloat16 stays bfloat16
# expects: digits of bfloat16
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z.float() if z.dtype == torch.float16 else z
    log_p = z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return -log_p.sum() / counts.sum().clamp(min=1)


# %% wrong: zero_of_all -- where nothing counts, the sum of all logits times 0
# expects: 0 times NaN is NaN
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    if not counts.any():
        return logits.sum() * 0.0
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    return -z.log_softmax(-1).gather(1, y[:, None])[:, 0].mean()


# %% wrong: over_positions -- the softmax goes over the positions
# expects: goes over the positions
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    s = -z.log_softmax(0).gather(1, y[:, None])[:, 0]
    return s.sum() / counts.sum().clamp(min=1)


# %% wrong: shifts -- shifts the targets by itself
# expects: shifted by one
def cross_entropy(logits, targets, ignore=IGNORE):
    if logits.ndim > 2:
        logits, targets = logits[:, :-1], targets[:, 1:]
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    s = -z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return s.sum() / counts.sum().clamp(min=1)


# %% wrong: perplexity -- e to the power of the loss
# expects: the perplexity
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    s = -z.log_softmax(-1).gather(1, y[:, None])[:, 0]
    return (s.sum() / counts.sum().clamp(min=1)).exp()


# %% wrong: not_added -- the largest logit is not added to the logarithm of the sum
# expects: is not added again
def cross_entropy(logits, targets, ignore=IGNORE):
    counts = targets != ignore
    z, y = logits[counts], targets[counts]
    z = z if z.dtype == torch.float64 else z.float()
    log_sum = (z - z.max(-1, keepdim=True).values).exp().sum(-1).log()
    surprise = log_sum - z.gather(1, y[:, None])[:, 0]
    return surprise.sum() / counts.sum().clamp(min=1)


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
    z = logits.reshape(-1, logits.shape[-1])[counts]
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


# %% wrong: small_number -- 1e-6 is added in the logarithm
# expects: a small number added
def cross_entropy(logits, targets, ignore=IGNORE):
    count = targets != ignore
    z, y = logits[count], targets[count]
    z = z if z.dtype == torch.float64 else z.float()
    m = z.max(-1, keepdim=True).values
    log_sum = ((z - m).exp().sum(-1) + 1e-6).log() + m[:, 0]
    return (log_sum - z.gather(1, y[:, None])[:, 0]).sum() / max(1, len(y))


# %% wrong: through_float32 -- float64 logits are computed in float32
# expects: logits in float64 stay float64
def cross_entropy(logits, targets, ignore=IGNORE):
    count = targets != ignore
    z, y = logits[count].float(), targets[count]
    surprise = torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
    loss = surprise.sum() / max(1, len(y))
    return loss.double() if logits.dtype == torch.float64 else loss


# %% wrong: nan_replaced -- NaN in the logits is replaced in place
# expects: were changed to
def cross_entropy(logits, targets, ignore=IGNORE):
    with torch.no_grad():
        logits.nan_to_num_()
    count = targets != ignore
    z, y = logits[count], targets[count]
    z = z if z.dtype == torch.float64 else z.float()
    surprise = torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
    return surprise.sum() / max(1, len(y))


# %% wrong: cut_logits -- logits are cut at 10,000
# expects: (1e5, 0)
def cross_entropy(logits, targets, ignore=IGNORE):
    count = targets != ignore
    z, y = logits[count], targets[count]
    z = (z if z.dtype == torch.float64 else z.float()).clamp(-1e4, 1e4)
    surprise = torch.logsumexp(z, -1) - z.gather(1, y[:, None])[:, 0]
    return surprise.sum() / max(1, len(y))
