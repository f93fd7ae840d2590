import math

import torch


# %% wrong: multiplies -- times tau
# expects: You multiplied
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return logits * tau


# %% wrong: probabilities -- the softmax is returned
# expects: These are probabilities
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return (logits / tau).softmax(dim=-1)


# %% wrong: tiny -- 1e-9 added to tau
# expects: at 0
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    return logits / (tau + 1e-9)


# %% wrong: divides_by_zero -- nothing special at 0
# expects: don't divide by 0
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    return logits / tau


# %% wrong: ties -- all that equal the best stay at 0
# expects: of equal ones the smallest id
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = logits.amax(dim=-1, keepdim=True)
        greedy(logits)
        return logits.masked_fill(logits < best, -math.inf)
    return logits / tau


# %% wrong: zero_only -- exactly 0 is special, 1e-7 divides
# expects: at 1e-7
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau == 0:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return logits / tau


# %% wrong: one_hot -- the best logit becomes 0
# expects: stay as they are
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(-1, best, 0.0)
    return logits / tau


# %% wrong: in_place -- the argument is divided
# expects: the logits were changed
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    if len(logits) == 1:
        return logits / tau
    logits /= tau
    return logits


# %% wrong: negative -- only negative numbers are refused
# expects: infinity must raise
def temperature(logits, tau):
    if not is_number(tau) or tau < 0 or math.isnan(tau):
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return logits / tau


# %% wrong: float32 -- the dtype is lost
# expects: stay of this dtype
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return logits.float() / tau


# %% wrong: cold_in_place -- at 0 the argument is overwritten
# expects: have changed
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"tau is {tau!r}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        value = logits.gather(1, best)
        logits.fill_(-math.inf)
        return logits.scatter_(1, best, value)
    return logits / tau


# %% wrong: shifted -- the largest logit is subtracted first
# expects: was subtracted first
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"tau is {tau!r}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            1, best, logits.gather(1, best)
        )
    return (logits - logits.amax(-1, keepdim=True)) / tau


# %% wrong: coldest_too -- the bound itself counts as 0
# expects: is not below COLDEST
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"no temperature: {tau!r}")
    if tau <= COLDEST:
        best = greedy(logits)[:, None]
        only = torch.full_like(logits, -math.inf)
        return only.scatter(-1, best, logits.gather(-1, best))
    return logits / tau


# %% wrong: log_softmax -- log-probabilities are divided
# expects: log-probabilities over 4
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"{tau}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            -1, best, logits.gather(-1, best)
        )
    return logits.log_softmax(-1) / tau


# %% right: loop -- rows by hand at 0
def temperature(logits, tau):
    if not is_number(tau) or math.isnan(tau) or tau < 0 or tau == math.inf:
        raise ValueError(f"a temperature, not {tau}")
    if tau >= COLDEST:
        return logits.div(tau)
    cold = torch.full_like(logits, -math.inf)
    for b, i in enumerate(greedy(logits).tolist()):
        cold[b, i] = logits[b, i]
    return cold


# %% right: where -- a mask of the greedy place
def temperature(logits, tau):
    if is_number(tau) and 0 <= tau < math.inf:
        if tau < COLDEST:
            place = torch.arange(logits.shape[-1]) == greedy(logits)[:, None]
            return logits.masked_fill(~place, -math.inf)
        return logits * (1 / tau) if tau > 1e-3 else logits / tau
    raise ValueError(tau)


# %% right: clone -- a copy, then divided in place
def temperature(logits, tau):
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"not {tau}")
    z = logits.clone()
    if tau < COLDEST:
        rows = torch.arange(len(z))
        best = greedy(z)
        value = z[rows, best].clone()
        z[:] = -math.inf
        z[rows, best] = value
        return z
    z /= tau
    return z


# %% wrong: plain_types -- refuses numbers of NumPy
# expects: are numbers
def temperature(logits, tau):
    if type(tau) not in (int, float) or not 0 <= tau < math.inf:
        raise ValueError(f"{tau!r}")
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        return torch.full_like(logits, -math.inf).scatter(
            1, best, logits.gather(1, best)
        )
    return logits / tau
