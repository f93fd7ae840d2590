# %% wrong: each_tensor -- clipped one by one
# expects: by itself
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.mul_((limit / (g.norm() + 1e-6)).clamp(max=1))
    return norm


# %% wrong: each_value -- clamps the numbers
# expects: are (1.5, 2) and (6)
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.clamp_(-limit / 2, limit / 2)
    return norm


# %% wrong: sum_of_norms -- 5 + 12
# expects: is no norm
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = sum(g.norm() for g in gradients)
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1))
    return norm


# %% wrong: norm_after -- returns the clipped norm
# expects: before clipping
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1))
    return torch.cat([g.flatten() for g in gradients]).norm()


# %% wrong: always_scaled -- small gradients grow
# expects: below the limit 20
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.mul_(limit / (norm + 1e-6))
    return norm


# %% wrong: zero_by_zero -- 0 / 0
# expects: gradients of 0 stay 0
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.mul_(
            limit * g.norm() / norm / g.norm()
            if norm > limit or norm == 0
            else 1
        )
    return norm


# %% wrong: generator_read_twice -- the second loop sees nothing
# expects: can be read once only
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    norms = [p.grad.norm() for p in parameters if p.grad is not None]
    if not norms:
        raise ValueError("none")
    norm = torch.stack(norms).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for p in parameters:
        if p.grad is not None:
            p.grad.mul_((limit / (norm + 1e-6)).clamp(max=1))
    return norm


# %% wrong: not_in_place -- new tensors nobody sees
# expects: scale them in place
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    gradients = [g * (limit / (norm + 1e-6)).clamp(max=1) for g in gradients]
    return norm


# %% wrong: nan_goes_through -- nothing is refused
# expects: must raise
def clip_gradients(parameters, limit):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1))
    return norm


# %% wrong: raises_too_late -- scales first, then looks
# expects: nothing is changed
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("none")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for g in gradients:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1))
    if not norm.isfinite():
        raise FloatingPointError(norm)
    return norm


# %% wrong: nan_limit -- a limit of NaN is let through and clips nothing
# expects: limit NaN must raise
def clip_gradients(parameters, limit):
    grads = [p.grad for p in parameters if p.grad is not None]
    if limit <= 0 or not grads:
        raise ValueError("limit")
    norm = torch.linalg.vector_norm(
        torch.stack([torch.linalg.vector_norm(g) for g in grads])
    )
    if not torch.isfinite(norm):
        raise FloatingPointError("norm")
    if norm > limit:
        for g in grads:
            g.mul_(limit / norm)
    return norm


# %% wrong: nan_only -- refuses NaN, but not infinity
# expects: must raise a FloatingPointError
def clip_gradients(parameters, limit):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not limit > 0 or not grads:
        raise ValueError("limit")
    norm = torch.linalg.vector_norm(
        torch.stack([torch.linalg.vector_norm(g) for g in grads])
    )
    if norm.isnan():
        raise FloatingPointError("norm")
    if norm > limit:
        for g in grads:
            g.mul_(limit / norm)
    return norm


# %% wrong: new_tensors -- puts new tensors into p.grad
# expects: scale them in place
def clip_gradients(parameters, limit):
    ps = [p for p in parameters if p.grad is not None]
    if not limit > 0 or not ps:
        raise ValueError("limit")
    norm = torch.linalg.vector_norm(
        torch.stack([torch.linalg.vector_norm(p.grad) for p in ps])
    )
    if not torch.isfinite(norm):
        raise FloatingPointError("norm")
    factor = min(1.0, limit / (norm.item() + 1e-6))
    for p in ps:
        p.grad = p.grad * factor
    return norm


# %% right: by_an_if -- scales only where it must
def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(f"limit {limit}")
    grads = [p.grad for p in parameters if p.grad is not None]
    if len(grads) == 0:
        raise ValueError("no gradient")
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    tiny = torch.stack([g.abs().max() for g in grads]).max()
    if not torch.isfinite(norm):
        raise FloatingPointError(f"norm {norm}")
    if norm > limit and tiny > 0:
        for g in grads:
            g *= limit / norm
    return norm


# %% right: one_long_vector -- all numbers side by side
def clip_gradients(parameters, limit):
    grads = [p.grad for p in list(parameters) if p.grad is not None]
    if not grads or not limit > 0:
        raise ValueError("nothing to clip")
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if norm.isnan() or norm.isinf():
        raise FloatingPointError("not finite")
    factor = min(1.0, limit / (norm.item() + 1e-12))
    for g in grads:
        g.copy_(g * factor)
    return norm


# %% right: divides -- by the larger of norm / limit and 1
def clip_gradients(parameters, limit):
    if limit != limit or limit <= 0:
        raise ValueError("limit")
    grads = [g for p in parameters if (g := p.grad) is not None]
    if not grads:
        raise ValueError("no gradients")
    norm = torch.linalg.vector_norm(
        torch.stack([torch.linalg.vector_norm(g) for g in grads])
    )
    if not bool(torch.isfinite(norm)):
        raise FloatingPointError("gradient")
    with torch.no_grad():
        for g in grads:
            g.div_(max(1.0, float(norm) / limit))
    return norm


# %% right: one_vector -- all gradients in one long vector, foreach
def clip_gradients(parameters, limit):
    grads = []
    for p in parameters:
        if p.grad is not None:
            grads.append(p.grad)
    if not grads:
        raise ValueError("no gradient")
    if not limit > 0:
        raise ValueError("limit must be above 0")
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    if not norm.isfinite():
        raise FloatingPointError("norm is not finite")
    torch._foreach_mul_(grads, min(1.0, limit / (norm.item() + 1e-12)))
    return norm


# %% wrong: infinite_norm -- refuses NaN, but not an infinite norm
# expects: a gradient that is infinite must raise


def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError("limit must be above 0")
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("no gradient")
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    if torch.isnan(norm):
        raise FloatingPointError("the norm is NaN")
    if norm > limit:
        for g in gradients:
            g *= limit / norm
    return norm


# %% wrong: nan_limit_too -- lets a limit of NaN pass
# expects: the limit NaN must raise


def clip_gradients(parameters, limit):
    if limit <= 0:
        raise ValueError("limit must be above 0")
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("no gradient")
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))
    if not torch.isfinite(norm):
        raise FloatingPointError("the norm is not finite")
    factor = torch.clamp(limit / (norm + 1e-6), max=1.0)
    for g in gradients:
        g.mul_(factor)
    return norm


# %% right: one_vector_too -- one long vector, and an if


def clip_gradients(parameters, limit):
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients or not limit > 0:
        raise ValueError("a limit above 0 and a gradient are needed")
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm()
    if not torch.isfinite(norm):
        raise FloatingPointError(str(norm))
    if norm > limit:
        for g in gradients:
            g.copy_(g * (limit / norm))
    return norm


# %% wrong: first_dtype -- returns a Python number where the gradients are small
# expects: where nothing is clipped


def clip_gradients(parameters, limit):
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not limit > 0 or not gradients:
        raise ValueError("limit or gradients")
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError("norm")
    if norm <= limit:
        return float(norm)
    for g in gradients:
        g *= limit / norm
    return norm


# %% wrong: largest_norm -- the largest norm of one tensor
# expects: the largest norm of one tensor


def clip_gradients(parameters, limit):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not limit > 0:
        raise ValueError(limit)
    if not grads:
        raise ValueError("no gradient")
    norm = torch.stack([g.norm() for g in grads]).max()
    if not torch.isfinite(norm):
        raise FloatingPointError(norm)
    if norm > limit:
        for g in grads:
            g.mul_(limit / norm)
    return norm


# %% wrong: each_number -- limits each number by itself
# expects: each number was clipped by itself


def clip_gradients(parameters, limit):
    if not limit > 0:
        raise ValueError(limit)
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("no gradient")
    norm = torch.stack([g.norm() for g in gradients]).norm()
    if not norm.isfinite():
        raise FloatingPointError(norm)
    for g in gradients:
        g.clamp_(-limit, limit)
    return norm


# %% wrong: one_axis -- only gradients with one axis
# expects: a matrix ((3, 0), (0, 4)) and a vector
def clip_gradients(parameters, limit):
    g = [p.grad for p in parameters if p.grad is not None]
    if not limit > 0 or not g:
        raise ValueError("limit")
    norm = sum(v @ v for v in g).sqrt()
    if not torch.isfinite(norm):
        raise FloatingPointError("norm")
    for v in g:
        v.mul_(min(1.0, limit / (float(norm) + 1e-6)))
    return norm


# %% wrong: spectral_norm -- the norm of a matrix is its largest singular value
# expects: largest singular value
def clip_gradients(parameters, limit):
    g = [p.grad for p in parameters if p.grad is not None]
    if not limit > 0 or not g:
        raise ValueError("limit")
    norm = torch.stack([torch.linalg.norm(v, 2) for v in g]).norm()
    if not torch.isfinite(norm):
        raise FloatingPointError("norm")
    for v in g:
        v.mul_(min(1.0, limit / (float(norm) + 1e-6)))
    return norm
