import heapq

import torch


# %% wrong: no_scores -- the beams' scores are not added
# expects: The scores of the beams are not added
def continuations(log_probs, scores, n):
    best = log_probs.flatten().topk(min(n, log_probs.numel()))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)


# %% wrong: by_width -- divided by the number of beams
# expects: Row i // V, column i % V
def continuations(log_probs, scores, n):
    sums = (log_probs + scores[:, None]).flatten()
    best = sums.topk(min(n, len(sums)))
    W = log_probs.shape[0]
    return Beams(best.values, best.indices // W, best.indices % W)


# %% wrong: each_once -- the best of each beam
# expects: beam 0 is good enough to go on twice
def continuations(log_probs, scores, n):
    best = (log_probs + scores[:, None]).max(dim=1)
    n = min(n, len(scores))
    return Beams(best.values[:n], torch.arange(n), best.indices[:n])


# %% wrong: swapped -- rows and ids in the wrong order
# expects: expected the rows [1, 0]
def continuations(log_probs, scores, n):
    sums = (log_probs + scores[:, None]).flatten()
    best = sums.topk(min(n, len(sums)))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices % V, best.indices // V)


# %% wrong: too_many -- n above W V raises
# expects: with n = 50
def continuations(log_probs, scores, n):
    best = (log_probs + scores[:, None]).flatten().topk(n)
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)


# %% wrong: product -- log-probabilities are multiplied
# expects: the best probabilities are .36 and .20
def continuations(log_probs, scores, n):
    sums = (log_probs * scores[:, None]).flatten()
    best = sums.topk(min(n, len(sums)))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)


# %% wrong: width_only -- never more than W
# expects: have 12 continuations
def continuations(log_probs, scores, n):
    sums = (log_probs + scores[:, None]).flatten()
    best = sums.topk(min(n, max(2, len(scores))))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)


# %% wrong: underflow -- through probabilities
# expects: add logarithms
def continuations(log_probs, scores, n):
    p = (log_probs.exp() * scores.exp()[:, None]).flatten()
    best = p.topk(min(n, p.numel()))
    V = log_probs.shape[1]
    return Beams(best.values.log(), best.indices // V, best.indices % V)


# %% wrong: unsorted -- the right ones in any order
# expects: but not in their order
def continuations(log_probs, scores, n):
    V = log_probs.shape[1]
    sums = (log_probs + scores[:, None]).flatten()
    best = sums.topk(min(n, len(sums))).indices
    if n < len(sums) and n > 2:
        best = best[[1, 0, *range(2, len(best))]]
    return Beams(sums[best], best // V, best % V)


# %% right: sorting -- a Python sort of all pairs
def continuations(log_probs, scores, n):
    W, V = log_probs.shape
    sums = (log_probs + scores[:, None]).tolist()
    pairs = sorted(
        ((w, v) for w in range(W) for v in range(V)),
        key=lambda x: -sums[x[0]][x[1]],
    )[:n]
    values = torch.tensor([sums[w][v] for w, v in pairs])
    return Beams(
        values,
        torch.tensor([w for w, _ in pairs]),
        torch.tensor([v for _, v in pairs]),
    )


# %% right: two_steps -- the n best of each beam, then the best of those
def continuations(log_probs, scores, n):
    V = log_probs.shape[1]
    each = (log_probs + scores.unsqueeze(1)).topk(min(n, V), dim=1)
    best = each.values.flatten().topk(min(n, each.values.numel()))
    rows = best.indices // each.values.shape[1]
    return Beams(best.values, rows, each.indices.flatten()[best.indices])


# %% right: unravel -- argsort and unravel_index
def continuations(log_probs, scores, n):
    sums = log_probs + scores[:, None]
    order = sums.flatten().argsort(descending=True)[:n]
    rows, ids = torch.unravel_index(order, sums.shape)
    return Beams(sums[rows, ids], rows, ids)


# %% right: heap -- heapq over a generator
def continuations(log_probs, scores, n):
    W, V = log_probs.shape
    sums = (log_probs + scores[:, None]).tolist()
    found = heapq.nlargest(
        n, ((sums[w][v], w, v) for w in range(W) for v in range(V))
    )
    s, r, i = zip(*found)
    return Beams(
        torch.tensor(s, dtype=log_probs.dtype),
        torch.tensor(r),
        torch.tensor(i),
    )


# %% wrong: in_place -- adds the scores into log_probs itself
# expects: an argument was changed
def continuations(log_probs, scores, n):
    log_probs += scores[:, None]
    best = log_probs.flatten().topk(min(n, log_probs.numel()))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)
