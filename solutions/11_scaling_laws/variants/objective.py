# %% wrong: mean -- the mean instead of the sum
# expects: return the sum, not the mean
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
# expects: not of their logarithms
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
# expects: for theta (2, 3, 5)
def objective(theta, N, D, loss):
    a, b, e, alpha, beta = theta
    terms = torch.stack(
        torch.broadcast_tensors(a - alpha * N.log(), b - beta * D.log(), e)
    )
    r = (torch.logsumexp(terms, 0) - loss.log()).abs()
    return torch.where(r <= DELTA, r**2 / 2, DELTA * (r - DELTA / 2)).sum()


# %% wrong: plus_a -- the sign of the exponent
# expects: expected 2.5e-07
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
