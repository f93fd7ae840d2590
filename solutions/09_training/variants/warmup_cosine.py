import math


# %% wrong: from_zero -- the first step has rate 0
# expects: the first step has 1 / n_warmup
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return step / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: nanogpt -- the warm-up never reaches 1
# expects: The last step of the warm-up has 1
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / (n_warmup + 1)
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: misses_the_floor -- the cosine ends one step late
# expects: one step too many
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: from_step_0 -- the cosine runs below the warm-up
# expects: begins after the warm-up
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, step / max(1, n_steps - 1))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: linear -- a straight line down
# expects: straight line
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return 1 - (1 - floor) * a


# %% wrong: no_floor -- falls to 0
# expects: not 0
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return (1 + math.cos(math.pi * a)) / 2


# %% wrong: cut -- a cosine to 0, cut off at the floor
# expects: cut at the floor
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return max(floor, (1 + math.cos(math.pi * a)) / 2)


# %% wrong: rises_again -- the cosine goes on beyond the end
# expects: rises again
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: divides_by_zero -- where one step is left
# expects: one step
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / (n_steps - 1 - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: no_warmup -- only the cosine
# expects: There is no warm-up
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    a = max(0, min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup)))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: times_floor -- the cosine from 1 to 0 is multiplied with 1 - floor, and the floor isn't added
# expects: The floor is to be added
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    if step >= n_steps - 1:
        return floor
    a = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    return (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: zero_beyond -- 0 after the last step
# expects: keep the floor
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step >= n_steps:
        return 0.0
    if step < n_warmup:
        return (step + 1) / n_warmup
    share = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(1, share))) / 2


# %% wrong: no_pi -- the cosine of a, not of pi a
# expects: cos(pi a), not cos(a)
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    a = min(1, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(a)) / 2


# %% right: numpy -- with NumPy
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return np.divide(step + 1, n_warmup)
    a = np.clip((step - n_warmup) / max(n_steps - n_warmup - 1, 1), 0, 1)
    return floor + (1 - floor) / 2 * (1 + np.cos(np.pi * a))


# %% right: half_angle -- the square of a cosine
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    last = n_steps - 1
    if step + 1 <= n_warmup:
        return (1 + step) / n_warmup
    if n_warmup >= last:
        return 1.0 if step <= n_warmup else floor
    if step >= last:
        return floor
    return (
        floor
        + (1 - floor)
        * math.cos(math.pi * (step - n_warmup) / (2 * (last - n_warmup))) ** 2
    )


# %% right: tensor -- through torch, as a number
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    progress = torch.tensor(
        (step - n_warmup) / max(1, n_steps - 1 - n_warmup), dtype=torch.float64
    )
    return (
        floor
        + 0.5 * (1 - floor) * (1 + torch.cos(torch.pi * progress.clamp(max=1)))
    ).item()


# %% wrong: one_left_always -- where one step is left, all later ones have 1
# expects: after the last step
def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    if step < n_warmup:
        return (step + 1) / n_warmup
    if n_steps - 1 - n_warmup <= 0:
        return 1.0
    a = min(1.0, (step - n_warmup) / (n_steps - 1 - n_warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2


# %% wrong: cached -- keeps shares without regard to the floor
# expects: now with floor
my_cache = {}


def warmup_cosine(step, n_steps, n_warmup, floor=0.1):
    key = step, n_steps, n_warmup
    if key not in my_cache:
        if step < n_warmup:
            share = (step + 1) / n_warmup
        else:
            a = min(1.0, (step - n_warmup) / max(1, n_steps - 1 - n_warmup))
            share = floor + (1 - floor) * (1 + math.cos(math.pi * a)) / 2
        my_cache[key] = share
    return my_cache[key]
