import math


# %% wrong: per_tensor -- clips each tensor by itself
# expects: one factor for all
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        own = g.norm().item()
        if own > limit:
            g.mul_(limit / own)
    return norm


# %% wrong: norm_after -- returns the norm after clipping
# expects: the one before is asked for
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    if norm > limit:
        for _, g in kept:
            g.mul_(limit / norm)
    return min(norm, limit)


# %% wrong: replaced -- new gradients, the old tensors stay
# expects: in place
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    named = [(n, p) for n, p in named if p.grad is not None]
    for n, p in named:
        if not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(
        sum(p.grad.double().square().sum().item() for _, p in named)
    )
    for _, p in named:
        if norm > limit:
            p.grad = p.grad * (limit / norm)
    return norm


# %% wrong: always_scaled -- lengthens short gradients
# expects: leaves every bit
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        if limit < math.inf:
            g.mul_(limit / (norm + 1e-6))
    return norm


# %% wrong: tiny_too_much -- 1e-6 moves what is below the limit
# expects: leaves every bit
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        g.mul_(min(1.0, limit / (norm + 1e-6)) if norm > limit else 1 - 1e-7)
    return norm


# %% wrong: sum_of_norms -- adds lengths
# expects: add squares
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = sum(g.norm().item() for _, g in kept)
    for _, g in kept:
        if norm > limit:
            g.mul_(limit / norm)
    return norm


# %% wrong: reads_twice -- a generator is empty the second time
# expects: can be read once only
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    squares = 0.0
    for n, p in named:
        if p.grad is not None:
            if not p.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {n}")
            squares += p.grad.double().square().sum().item()
    norm = math.sqrt(squares)
    for _, p in named:
        if p.grad is not None and norm > limit:
            p.grad.mul_(limit / norm)
    return norm


# %% wrong: loss_only -- does not look at gradients
# expects: expected a FloatingPointError
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [p.grad for _, p in named if p.grad is not None]
    norm = math.sqrt(sum(g.double().square().sum().item() for g in kept))
    for g in kept:
        if norm > limit:
            g.mul_(limit / norm)
    return norm


# %% wrong: nan_only -- infinity passes
# expects: expected a FloatingPointError
def clip_or_stop(loss, named, limit, step):
    if loss.isnan():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if g.isnan().any():
            raise FloatingPointError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        if norm > limit:
            g.mul_(limit / norm)
    return norm


# %% wrong: no_step -- the message does not say when
# expects: must have the step
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError("the loss is not finite")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise FloatingPointError(f"the gradient of {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        if norm > limit:
            g.mul_(limit / norm)
    return norm


# %% wrong: value_error -- another kind of error
# expects: expected a FloatingPointError
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise ValueError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    for n, g in kept:
        if not g.isfinite().all():
            raise ValueError(f"step {step}: {n}")
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    for _, g in kept:
        if norm > limit:
            g.mul_(limit / norm)
    return norm


# %% wrong: scales_first -- looks at the norm after scaling
# expects: was changed
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss")
    kept = [(n, p.grad) for n, p in named if p.grad is not None]
    norm = math.sqrt(sum(g.double().square().sum().item() for _, g in kept))
    factor = limit / norm if not norm <= limit else 1.0
    for _, g in kept:
        if factor != 1.0:
            g.mul_(factor)
    for n, g in kept:
        if not g.isfinite().all():
            name = next(n for n, g in kept if not g.isfinite().all())
            raise FloatingPointError(
                f"step {step}: layer2.weight layer1.weight {name}"
            )
    return norm


# %% wrong: no_gradients -- the largest of an empty list
# expects: no parameter has a gradient
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    named = [(name, p) for name, p in named if p.grad is not None]
    for name, p in named:
        if not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {name}")
    norm = (
        torch.cat([p.grad.double().flatten() for _, p in named]).norm().item()
    )
    if norm > limit:
        for _, p in named:
            p.grad.mul_(limit / norm)
    return norm


# %% wrong: squares_overflow -- the squares are summed in the dtype of the gradient (float16 overflows)
# expects: square in float64
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    named = [(name, p) for name, p in named if p.grad is not None]
    for name, p in named:
        if not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {name}")
    norm = float(sum((p.grad**2).sum() for _, p in named)) ** 0.5
    if norm > limit:
        for _, p in named:
            p.grad *= limit / norm
    return norm


# %% wrong: zero_norm -- a division by 0 where all gradients are 0
# expects: all 0
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    named = [(name, p) for name, p in named if p.grad is not None]
    for name, p in named:
        if not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {name}")
    norm = math.sqrt(
        sum(p.grad.double().square().sum().item() for _, p in named)
    )
    factor = min(1.0, limit / norm)
    for _, p in named:
        p.grad.mul_(factor)
    return norm


# %% wrong: last_name -- the last bad parameter is named
# expects: 'layer1.weight'
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    named = [(name, p) for name, p in named if p.grad is not None]
    bad = [name for name, p in named if not p.grad.isfinite().all()]
    if bad:
        raise FloatingPointError(f"step {step}: {bad[-1]}")
    norm = math.sqrt(
        sum(p.grad.double().square().sum().item() for _, p in named)
    )
    if norm > limit:
        for _, p in named:
            p.grad.mul_(limit / norm)
    return norm


# %% wrong: float32 -- the squares are summed in float32
# expects: sum them in float64
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    gradients = []
    for name, parameter in named:
        if parameter.grad is not None:
            if not parameter.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {name}")
            gradients.append(parameter.grad)
    norm = math.sqrt(sum(g.float().square().sum().item() for g in gradients))
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
    return norm


# %% wrong: tiny_added -- a millionth is added to the norm, where it is above the limit
# expects: was added to the norm
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    gradients = []
    for name, parameter in named:
        if parameter.grad is not None:
            if not parameter.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {name}")
            gradients.append(parameter.grad)
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / (norm + 1e-6))
    return norm


# %% wrong: two_factors -- times the limit, and then divided by the norm
# expects: compute limit / norm first
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss.item()}")
    gradients = []
    for name, parameter in named:
        if parameter.grad is not None:
            if not parameter.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {name}")
            gradients.append(parameter.grad)
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit).div_(norm)
    return norm


# %% wrong: mean_square -- the root of the mean square
# expects: not of their mean
def clip_or_stop(loss, named, limit, step):
    named = list(named)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"step {step}: loss")
    for n, p in named:
        if p.grad is not None and not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    gs = torch.cat(
        [p.grad.flatten().double() for n, p in named if p.grad is not None]
        or [torch.zeros(1)]
    )
    norm = float(gs.square().mean().sqrt())
    if norm > limit:
        for _, p in named:
            if p.grad is not None:
                p.grad.mul_(limit / norm)
    return norm


# %% wrong: to_one -- divides by the norm
# expects: the factor is limit / norm
def clip_or_stop(loss, named, limit, step):
    named = list(named)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"step {step}: loss")
    for n, p in named:
        if p.grad is not None and not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    gs = [p.grad for n, p in named if p.grad is not None]
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in gs))
    if norm > limit:
        for g in gs:
            g.div_(norm)
    return norm


# %% wrong: largest_number -- the largest number in the place of the norm
# expects: the largest number
def clip_or_stop(loss, named, limit, step):
    named = list(named)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"step {step}: loss")
    for n, p in named:
        if p.grad is not None and not p.grad.isfinite().all():
            raise FloatingPointError(f"step {step}: {n}")
    norm = max(
        [float(p.grad.abs().max()) for n, p in named if p.grad is not None],
        default=0.0,
    )
    if norm > limit:
        for _, p in named:
            if p.grad is not None:
                p.grad.mul_(limit / norm)
    return norm


# %% wrong: factor_below_one -- clips where limit over norm plus a millionth is below 1
# expects: Is a small number added
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: loss {loss}")
    gradients = []
    for name, p in named:
        if p.grad is not None:
            if not p.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {name}")
            gradients.append(p.grad)
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in gradients))
    factor = limit / (norm + 1e-6)
    if factor < 1:
        for g in gradients:
            g.mul_(factor)
    return norm


# %% right: two_loops -- a list, torch's norms, a tensor is returned
def clip_or_stop(loss, named, limit, step):
    parameters = [(name, p) for name, p in named if p.grad is not None]
    if not bool(torch.isfinite(loss)):
        raise FloatingPointError(f"in step {step} the loss is {float(loss)}")
    for name, p in parameters:
        if torch.isnan(p.grad).any() or torch.isinf(p.grad).any():
            raise FloatingPointError(f"in step {step}, {name}.grad")
    if not parameters:
        return 0.0
    norm = torch.linalg.vector_norm(
        torch.stack([torch.linalg.vector_norm(p.grad) for _, p in parameters])
    )
    if norm > limit:
        for _, p in parameters:
            p.grad *= limit / norm
    return norm


# %% right: flat -- one long vector
def clip_or_stop(loss, named, limit, step):
    gradients = {name: p.grad for name, p in named if p.grad is not None}
    bad = [name for name, g in gradients.items() if not g.isfinite().all()]
    if not math.isfinite(loss.item()):
        bad = ["loss"]
    if bad:
        raise FloatingPointError(f"stopped at step {step} by {bad[0]}")
    norm = (
        torch.cat([g.flatten() for g in gradients.values()]).norm().item()
        if gradients
        else 0.0
    )
    factor = limit / norm if norm > limit else None
    for g in gradients.values():
        if factor is not None:
            g.copy_(g * factor)
    return norm


# %% right: min_factor -- multiplies with 1 where nothing is to be clipped
def clip_or_stop(loss, named, limit, step):
    if loss.isnan() or loss.isinf():
        raise FloatingPointError(f"Step {step}: Loss is {loss}")
    named = list(named)
    total = 0.0
    for name, p in named:
        if p.grad is None:
            continue
        if not torch.all(torch.isfinite(p.grad)):
            raise FloatingPointError(f"step {step}, gradient of {name}")
        total += float((p.grad.double() ** 2).sum())
    norm = total**0.5
    factor = min(1.0, limit / norm) if norm > 0 else 1.0
    for _, p in named:
        if p.grad is not None:
            p.grad.mul_(factor)
    return norm


# %% wrong: zero_limit -- a limit of 0 counts as none
# expects: with the limit 0
def clip_or_stop(loss, named, limit, step):
    if not loss.isfinite():
        raise FloatingPointError(f"step {step}: the loss is {loss}")
    grads = []
    for name, p in named:
        if p.grad is not None:
            if not p.grad.isfinite().all():
                raise FloatingPointError(f"step {step}: {name}")
            grads.append(p.grad)
    norm = math.sqrt(sum(g.double().square().sum().item() for g in grads))
    if limit and norm > limit:
        for g in grads:
            g.mul_(limit / norm)
    return norm
