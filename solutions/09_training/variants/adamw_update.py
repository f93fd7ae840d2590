import torch


# %% wrong: no_correction -- averages as they are
# expects: The averages begin at 0
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    state["m"].mul_(b1).add_(g, alpha=1 - b1)
    state["v"].mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * state["m"] / (state["v"].sqrt() + group["eps"]))


# %% wrong: t_from_0 -- corrects with t as it was before
# expects: adamw_update
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    t = state["t"].item()
    state["t"] += 1
    m, v = state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(
        lr
        * m
        / (1 - b1**t + 1e-12)
        / ((v / (1 - b2**t + 1e-12)).sqrt() + group["eps"])
    )


# %% wrong: l2 -- the decay goes through the averages
# expects: the decay went through the averages
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    g = g + group["weight_decay"] * w
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: decay_after -- decays the weights after the step
# expects: The decay comes first
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))
    w.mul_(1 - lr * group["weight_decay"])


# %% wrong: decay_grows -- the wrong sign
# expects: the weights grew
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 + lr * group["weight_decay"])
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: decay_without_rate -- weight decay, not times lr
# expects: multiplied with lr
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["weight_decay"])
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: eps_inside -- eps under the root
# expects: outside of the root
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * m / (1 - b1**t) / (v / (1 - b2**t) + group["eps"]).sqrt())


# %% wrong: eps_before -- eps is corrected, too
# expects: before v is corrected
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(
        lr
        * m
        / (1 - b1**t)
        / ((v.sqrt() + group["eps"]) / math.sqrt(1 - b2**t))
    )


# %% wrong: new_tensor -- w is bound to a new tensor
# expects: change w in place
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w = w * (1 - lr * group["weight_decay"])
    w = w - lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"])


# %% wrong: new_averages -- the averages are new tensors in each update
# expects: to be changed in place
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t = state["t"].item()
    state["m"] = b1 * state["m"] + (1 - b1) * g
    state["v"] = b2 * state["v"] + (1 - b2) * g * g
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(
        lr
        * state["m"]
        / (1 - b1**t)
        / ((state["v"] / (1 - b2**t)).sqrt() + group["eps"])
    )


# %% wrong: corrected_kept -- stores the corrected averages
# expects: keeps it uncorrected
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1).div_(1 - b1**t)
    v.mul_(b2).addcmul_(g, g, value=1 - b2).div_(1 - b2**t)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * m / (v.sqrt() + group["eps"]))


# %% wrong: shared_t -- one count for all tensors
# expects: in its own state
COUNT = {"t": 0}


def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    COUNT["t"] += 1
    t, m, v = COUNT["t"], state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: squares_the_gradient -- changes g
# expects: g was changed
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).add_(g.square_(), alpha=1 - b2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: new_t -- t is replaced by a new tensor
# expects: of t there is a new tensor
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] = state["t"] + 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(
        group["lr"]
        * (m / (1 - b1**t))
        / ((v / (1 - b2**t)).sqrt() + group["eps"])
    )


# %% wrong: root_in_place -- the root is taken in place: v of the state becomes a root
# expects: v.sqrt_() changes v
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    c = (1 - b2**t) ** 0.5
    w.sub_(group["lr"] * (m / (1 - b1**t)) / (v.sqrt_() / c + group["eps"]))


# %% wrong: betas_swapped -- beta2 in m, beta1 in v
# expects: here they are swapped
def adamw_update(w, g, state, group):
    b2, b1 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(
        group["lr"]
        * (m / (1 - b1**t))
        / ((v / (1 - b2**t)).sqrt() + group["eps"])
    )


# %% wrong: times_not_power -- 1 - beta * t in the place of 1 - beta ** t
# expects: is a power
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    mh, vh = m / (1 - b1 * t), v / (1 - b2 * t)
    w.sub_(group["lr"] * mh / (vh.sqrt() + group["eps"]))


# %% wrong: group_changed -- the corrected rate is written into group
# expects: group was changed
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    group["lr"] = group["lr"] / (1 - b1**t)
    w.sub_(group["lr"] * m / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: betas_fixed -- 0.9 and 0.95 are written into the body
# expects: take them from group
def adamw_update(w, g, state, group):
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(0.9).add_(g, alpha=0.1)
    v.mul_(0.95).addcmul_(g, g, value=0.05)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(
        group["lr"]
        * (m / (1 - 0.9**t))
        / ((v / (1 - 0.95**t)).sqrt() + group["eps"])
    )


# %% wrong: sum_not_mean -- m and v are sums: the 1 - beta is forgotten in both
# expects: its square 1 - beta2
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g)
    v.mul_(b2).addcmul_(g, g)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(
        group["lr"]
        * (m / (1 - b1**t))
        / ((v / (1 - b2**t)).sqrt() + group["eps"])
    )


# %% wrong: flat -- reshape(-1), which copies a transposed tensor
# expects: make a copy of a transposed tensor
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t = float(state["t"])
    fw, fg = w.reshape(-1), g.reshape(-1)
    fm, fv = state["m"].reshape(-1), state["v"].reshape(-1)
    fm *= b1
    fm += (1 - b1) * fg
    fv *= b2
    fv += (1 - b2) * fg * fg
    fw *= 1 - group["lr"] * group["weight_decay"]
    size = (fv / (1 - b2**t)).sqrt() + group["eps"]
    fw -= group["lr"] * (fm / (1 - b1**t)) / size


# %% wrong: in_float32 -- the averages are computed in float32
# expects: seven digits are right
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, g = state["t"].item(), g.float()
    m = b1 * state["m"].float() + (1 - b1) * g
    v = b2 * state["v"].float() + (1 - b2) * g * g
    state["m"].copy_(m)
    state["v"].copy_(v)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    size = (v / (1 - b2**t)).sqrt() + group["eps"]
    w.sub_(group["lr"] * m / (1 - b1**t) / size)


# %% wrong: corrected_rate -- the decay takes the corrected rate of the step
# expects: not lr / (1 - beta1**t)
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    lr = group["lr"] / (1 - b1**t)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * m / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# %% wrong: halves_exchanged -- the gradient counts beta and the old average 1 - beta
# expects: m of the state should be 0.3
def adamw_update(w, g, state, group):
    lr, (beta1, beta2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(1 - beta1).add_(g, alpha=beta1)
    v.mul_(1 - beta2).addcmul_(g, g, value=beta2)
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(
        lr
        * (m / (1 - beta1**t))
        / ((v / (1 - beta2**t)).sqrt() + group["eps"])
    )


# %% wrong: correction_of_the_root -- the root of v is divided by 1 - beta2**t, not v
# expects: m and v of the state are right
def adamw_update(w, g, state, group):
    lr, (beta1, beta2) = group["lr"], group["betas"]
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(beta1).add_(g, alpha=1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    w.mul_(1 - lr * group["weight_decay"])
    size = v.sqrt() / (1 - beta2**t) + group["eps"]
    w.sub_(lr * (m / (1 - beta1**t)) / size)


# %% wrong: skips_zeros -- a gradient of 0 changes no average
# expects: A gradient of 0 is one, too
def adamw_update(w, g, state, group):
    lr, (beta1, beta2) = group["lr"], group["betas"]
    w.mul_(1 - lr * group["weight_decay"])
    if not g.any():
        return
    state["t"] += 1
    t, m, v = state["t"].item(), state["m"], state["v"]
    m.mul_(beta1).add_(g, alpha=1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    size = (v / (1 - beta2**t)).sqrt() + group["eps"]
    w.sub_(lr * (m / (1 - beta1**t)) / size)


# %% wrong: counts_late -- t counts up at the end
# expects: t is one too small
def adamw_update(w, g, state, group):
    lr, (beta1, beta2) = group["lr"], group["betas"]
    t, m, v = max(1, state["t"].item()), state["m"], state["v"]
    m.mul_(beta1).add_(g, alpha=1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
    w.mul_(1 - lr * group["weight_decay"])
    size = (v / (1 - beta2**t)).sqrt() + group["eps"]
    w.sub_(lr * (m / (1 - beta1**t)) / size)
    state["t"] += 1


# %% wrong: decay_twice -- decays before the step and within it
# expects: applied twice
def adamw_update(w, g, state, group):
    lr, (b1, b2) = group["lr"], group["betas"]
    state["t"] += 1
    t = state["t"].item()
    state["m"].mul_(b1).add_(g, alpha=1 - b1)
    state["v"].mul_(b2).add_(g * g, alpha=1 - b2)
    step = (
        state["m"]
        / (1 - b1**t)
        / ((state["v"] / (1 - b2**t)).sqrt() + group["eps"])
        + group["weight_decay"] * w
    )
    w.mul_(1 - lr * group["weight_decay"])
    w.sub_(lr * step)


# %% right: t_as_tensor -- t stays a tensor of float32
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    t, m, v = state["t"].add_(1), state["m"], state["v"]
    m.copy_(b1 * m + (1 - b1) * g)
    v.copy_(b2 * v + (1 - b2) * g**2)
    w -= group["lr"] * group["weight_decay"] * w
    size = (v / (1 - b2**t)).sqrt() + group["eps"]
    w -= group["lr"] * (m / (1 - b1**t)) / size


# %% right: lerp -- with lerp, and copy_ at the end
def adamw_update(w, g, state, group):
    beta1, beta2 = group["betas"]
    state["t"].add_(1)
    t = float(state["t"])
    m = state["m"].lerp_(g, 1 - beta1) / (1 - beta1**t)
    v = state["v"].lerp_(g**2, 1 - beta2) / (1 - beta2**t)
    decayed = w - group["lr"] * group["weight_decay"] * w
    w.copy_(decayed - group["lr"] * m / (torch.sqrt(v) + group["eps"]))


# %% right: slices -- assigns to slices
def adamw_update(w, g, state, group):
    lr, (b1, b2), decay, eps = (
        group[k] for k in ("lr", "betas", "weight_decay", "eps")
    )
    state["t"][...] = state["t"] + 1
    n = int(state["t"])
    state["m"][:] = b1 * state["m"] + (1 - b1) * g
    state["v"][:] = b2 * state["v"] + (1 - b2) * g * g
    step = (state["m"] / (1 - b1**n)) / (
        (state["v"] / (1 - b2**n)) ** 0.5 + eps
    )
    w[:] = w - lr * decay * w - lr * step


# %% right: out_of_place -- computed by the formula in new tensors, which are copied at the end
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    t = state["t"] + 1
    m = b1 * state["m"] + (1 - b1) * g
    v = b2 * state["v"] + (1 - b2) * g**2
    w_new = w - group["lr"] * group["weight_decay"] * w
    root = torch.sqrt(v / (1 - b2**t)) + group["eps"]
    w_new = w_new - group["lr"] * (m / (1 - b1**t)) / root
    for old, new in zip(
        (state["t"], state["m"], state["v"], w), (t, m, v, w_new)
    ):
        old.copy_(new)


# %% wrong: lr_zero -- with lr 0 it returns before the averages
# expects: updates with lr 0 count
def adamw_update(w, g, state, group):
    if group["lr"] == 0:
        return
    b1, b2 = group["betas"]
    state["t"] += 1
    t = state["t"].item()
    state["m"].mul_(b1).add_(g, alpha=1 - b1)
    state["v"].mul_(b2).addcmul_(g, g, value=1 - b2)
    w.mul_(1 - group["lr"] * group["weight_decay"])
    w.sub_(
        group["lr"]
        * state["m"]
        / (1 - b1**t)
        / ((state["v"] / (1 - b2**t)).sqrt() + group["eps"])
    )


# %% wrong: short_steps -- v never falls, or a step is cut
# expects: 500 gradients
def adamw_update(w, g, state, group):
    b1, b2 = group["betas"]
    state["t"] += 1
    t = state["t"].item()
    state["m"].mul_(b1).add_(g, alpha=1 - b1)
    state["v"].copy_(
        torch.maximum(0.05 * state["v"], b2 * state["v"] + (1 - b2) * g * g)
    )
    w.mul_(1 - group["lr"] * group["weight_decay"])
    step = (
        group["lr"]
        * state["m"]
        / (1 - b1**t)
        / ((state["v"] / (1 - b2**t)).sqrt() + group["eps"])
    )
    w.sub_(step.clamp(-10 * group["lr"], 10 * group["lr"]))
