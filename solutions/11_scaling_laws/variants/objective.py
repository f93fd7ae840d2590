import torch
import torch.nn.functional as F


def terms_of(theta, N, D):
    """The three logarithms whose exponentials are summed, each (..., R)."""
    log_A, log_B, log_E, a, b = (x[..., None] for x in theta.unbind(-1))
    return torch.broadcast_tensors(
        log_A - a * N.log(), log_B - b * D.log(), log_E
    )


# %% wrong: mean -- the mean instead of the sum
# expects: return the sum
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).mean(-1)


# %% wrong: squares -- no straight line
# expects: This is a square
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = torch.logsumexp(terms, 0) - loss.log()
    return (r**2 / 2).sum(-1)


# %% wrong: jump -- the line without its offset
# expects: jumps at DELTA
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * r).sum(-1)


# %% wrong: smooth_l1 -- torch's other Huber loss, divided by delta
# expects: divided by DELTA
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = torch.logsumexp(terms, 0) - loss.log()
    return torch.nn.functional.smooth_l1_loss(
        r, torch.zeros_like(r), reduction="none", beta=DELTA
    ).sum(-1)


# %% wrong: losses -- residuals of the losses themselves
# expects: differences of logarithms
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0).exp() - loss).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum(-1)


# %% wrong: overflow -- exponentials, then the logarithm
# expects: use torch.logsumexp
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    law = a.exp() / N**alpha + b.exp() / D**beta + e.exp()
    r = (law.log() - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum(-1)


# %% wrong: one_law -- one theta only
# expects: for theta (1, 5)
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum()


# %% wrong: plus_a -- the sign of the exponent
# expects: exactly on the law
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a + alpha * N.log(), b + beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum(-1)


# %% wrong: no_half -- squares without the half
# expects: the half is missing
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2, DELTA * (2 * r - DELTA)).sum(-1)


# %% wrong: detached -- no gradient
# expects: has no gradient
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta.detach()[..., None].unbind(-2)
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum(-1)


# %% wrong: exponents -- a with D, b with N
# expects: exactly on the law
def objective(theta, N, D, loss):
    lA, lB, lE, a, b = (x[..., None] for x in theta.unbind(-1))
    parts = torch.broadcast_tensors(lA - b * N.log(), lB - a * D.log(), lE)
    r = torch.stack(parts).logsumexp(0) - loss.log()
    size = r.abs()
    return torch.where(
        size <= DELTA, r * r / 2, DELTA * (size - DELTA / 2)
    ).sum(-1)


# %% wrong: E_first -- theta read as (ln E, ln A, ln B, a, b)
# expects: theta = (ln A
def objective(theta, N, D, loss):
    lE, lA, lB, a, b = (x[..., None] for x in theta.unbind(-1))
    parts = torch.broadcast_tensors(lA - a * N.log(), lB - b * D.log(), lE)
    r = torch.stack(parts).logsumexp(0) - loss.log()
    size = r.abs()
    return torch.where(
        size <= DELTA, r * r / 2, DELTA * (size - DELTA / 2)
    ).sum(-1)


# %% wrong: everything -- sums over the laws, too
# expects: has the shape ()
def objective(theta, N, D, loss):
    pred = torch.stack(terms_of(theta, N, D)).logsumexp(0)
    return F.huber_loss(
        pred, loss.log().expand_as(pred), reduction="sum", delta=DELTA
    )


# %% wrong: default_delta -- F.huber_loss with its own delta of 1
# expects: This is a square
def objective(theta, N, D, loss):
    pred = torch.stack(terms_of(theta, N, D)).logsumexp(0)
    return F.huber_loss(
        pred, loss.log().expand_as(pred), reduction="none"
    ).sum(-1)


# %% wrong: shift_by_A -- log-sum-exp that subtracts the first term, not the largest
# expects: for ln B = 800
def objective(theta, N, D, loss):
    x, y, z = terms_of(theta, N, D)
    r = x + (1 + (y - x).exp() + (z - x).exp()).log() - loss.log()
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: no_abs -- the test is r <= DELTA
# expects: cost the same
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log()
    return torch.where(
        r <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: log_in_place -- takes the logarithm of loss in place
# expects: x.log()
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log_()
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: float32 -- converts theta to float32
# expects: stay in float64
def objective(theta, N, D, loss):
    r = (
        torch.stack(terms_of(theta.float(), N.float(), D.float())).logsumexp(0)
        - loss.float().log()
    )
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: relative -- relative errors L/L' - 1, not differences of logarithms
# expects: cost the same
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0).exp() / loss - 1
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: bracket -- DELTA |r| - DELTA / 2
# expects: a bracket is missing
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log()
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * r.abs() - DELTA / 2
    ).sum(-1)


# %% wrong: huber_of_sum -- sums the residuals over the runs before the Huber loss
# expects: alone must cost
def objective(theta, N, D, loss):
    r = (torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log()).sum(-1)
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    )


# %% wrong: root_of_square -- |r| as the root of its square, which has no slope at 0
# expects: The root of a square has no slope
def objective(theta, N, D, loss):
    A, B, E, a, b = (theta[..., i, None] for i in range(5))
    terms = torch.broadcast_tensors(A - a * N.log(), B - b * D.log(), E)
    r = torch.logsumexp(torch.stack(terms), 0) - loss.log()
    size = (r * r).sqrt()
    line = DELTA * (size - DELTA / 2)
    return torch.where(size <= DELTA, r * r / 2, line).sum(-1)


# %% wrong: one_largest -- the largest of all terms of all laws is taken out
# expects: taken out of each law and run by itself
def objective(theta, N, D, loss):
    A, B, E, a, b = (theta[..., i, None] for i in range(5))
    terms = torch.stack(
        torch.broadcast_tensors(A - a * N.log(), B - b * D.log(), E)
    )
    largest = terms.max().detach()
    r = (terms - largest).exp().sum(0).log() + largest - loss.log()
    size = r.abs()
    line = DELTA * (size - DELTA / 2)
    return torch.where(size <= DELTA, r * r / 2, line).sum(-1)


# %% wrong: squeezed -- axes of length 1 are dropped
# expects: not (1,)
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log()
    size = r.abs()
    cost = torch.where(size <= DELTA, r * r / 2, DELTA * (size - DELTA / 2))
    return cost.sum(-1).squeeze()


# %% wrong: one_largest_a_law -- the largest term of all runs of a law is taken out
# expects: of each law and run by itself
def objective(theta, N, D, loss):
    terms = torch.stack(terms_of(theta, N, D))
    top = terms.amax(dim=(0, -1), keepdim=True)
    r = ((terms - top).exp().sum(0).log() + top[0]) - loss.log()
    size = r.abs()
    cost = torch.where(size <= DELTA, r * r / 2, DELTA * (size - DELTA / 2))
    return cost.sum(-1)


# %% wrong: log10 -- the decimal logarithm of the loss
# expects: at ln of the run's loss
def objective(theta, N, D, loss):
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log10()
    size = r.abs()
    cost = torch.where(size <= DELTA, r * r / 2, DELTA * (size - DELTA / 2))
    return cost.sum(-1)


# %% right: logaddexp -- two by two, and the line by clamping
def objective(theta, N, D, loss):
    t = theta.unsqueeze(-1)
    n = t[..., 0, :] - t[..., 3, :] * torch.log(N)
    d = t[..., 1, :] - t[..., 4, :] * torch.log(D)
    r = torch.logaddexp(torch.logaddexp(n, d), t[..., 2, :]) - torch.log(loss)
    size = r.abs()
    inside = size.clamp(max=DELTA)
    return (inside * (size - inside / 2)).sum(dim=-1)


# %% right: huber -- torch's own
def objective(theta, N, D, loss):
    n = theta[..., 0, None] - theta[..., 3, None] * N.log()
    d = theta[..., 1, None] - theta[..., 4, None] * D.log()
    e = theta[..., 2, None].expand_as(n)
    law = torch.logsumexp(torch.stack([n, d, e], -1), -1)
    target = loss.log().expand_as(law)
    return torch.nn.functional.huber_loss(
        law, target, reduction="none", delta=DELTA
    ).sum(-1)


# %% right: shifted -- log-sum-exp by hand, the largest term taken out
def objective(theta, N, D, loss):
    n = theta[..., 0:1] - theta[..., 3:4] * torch.log(N)
    d = theta[..., 1:2] - theta[..., 4:5] * torch.log(D)
    e = theta[..., 2:3].expand(n.shape)
    top = torch.maximum(torch.maximum(n, d), e).detach()
    total = (n - top).exp() + (d - top).exp() + (e - top).exp()
    r = (total.log() + top - torch.log(loss)).abs()
    small, large = r**2 / 2, DELTA * r - DELTA**2 / 2
    return torch.where(r > DELTA, large, small).sum(-1)


# %% right: law_by_law -- recursion over the leading axes
def objective(theta, N, D, loss):
    if theta.ndim > 1:
        return torch.stack([objective(t, N, D, loss) for t in theta])
    r = torch.stack(terms_of(theta, N, D)).logsumexp(0) - loss.log()
    return torch.where(
        r.abs() < DELTA, 0.5 * r**2, DELTA * r.abs() - DELTA**2 / 2
    ).sum()


# %% right: einsum -- one product of theta with a matrix of the runs
def objective(theta, N, D, loss):
    zero, one = torch.zeros_like(N), torch.ones_like(N)
    rows = torch.stack(
        [
            torch.stack([one, zero, zero, -N.log(), zero]),
            torch.stack([zero, one, zero, zero, -D.log()]),
            torch.stack([zero, zero, one, zero, zero]),
        ]
    )
    parts = torch.einsum("...k,jkr->...jr", theta, rows)
    top = parts.amax(-2, keepdim=True).detach()
    r = (parts - top).exp().sum(-2).log() + top[..., 0, :] - loss.log()
    big = r.abs() > DELTA
    cost = r.square() / 2
    return torch.where(big, DELTA * (r.abs() - DELTA / 2), cost).sum(dim=-1)


# %% wrong: law_by_run -- as many laws as runs are compared one by one
# expects: theta (4, 5) and four runs
def objective(theta, N, D, loss):
    if theta.ndim == 2 and len(theta) == len(N) > 1:
        logs = torch.stack(
            (
                theta[:, 0] - theta[:, 3] * N.log(),
                theta[:, 1] - theta[:, 4] * D.log(),
                theta[:, 2],
            )
        )
        r = torch.logsumexp(logs, 0) - loss.log()
        return torch.where(
            r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
        )
    logs = torch.stack(
        torch.broadcast_tensors(
            theta[..., 0, None] - theta[..., 3, None] * N.log(),
            theta[..., 1, None] - theta[..., 4, None] * D.log(),
            theta[..., 2, None] + 0 * N,
        )
    )
    r = torch.logsumexp(logs, 0) - loss.log()
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: clamped -- terms are cut at 1000
# expects: cut off
def objective(theta, N, D, loss):
    logs = torch.stack(
        torch.broadcast_tensors(
            theta[..., 0, None] - theta[..., 3, None] * N.log(),
            theta[..., 1, None] - theta[..., 4, None] * D.log(),
            theta[..., 2, None] + 0 * N,
        )
    ).clamp(max=1000)
    r = torch.logsumexp(logs, 0) - loss.log()
    return torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    ).sum(-1)


# %% wrong: flat_beyond_one -- no gradient for residuals beyond 1
# expects: leave the graph
def objective(theta, N, D, loss):
    logs = torch.stack(
        torch.broadcast_tensors(
            theta[..., 0, None] - theta[..., 3, None] * N.log(),
            theta[..., 1, None] - theta[..., 4, None] * D.log(),
            theta[..., 2, None] + 0 * N,
        )
    )
    r = torch.logsumexp(logs, 0) - loss.log()
    cost = torch.where(
        r.abs() <= DELTA, r * r / 2, DELTA * (r.abs() - DELTA / 2)
    )
    return torch.where(
        (r.abs() > 1) & (r.abs() < 100), cost.detach(), cost
    ).sum(-1)
