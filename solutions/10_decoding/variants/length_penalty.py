import math


# %% wrong: five -- (5 + n) / 5
# expects: length_penalty(7, 1.0, 'gnmt'): expected 2
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens**alpha
    if kind == "gnmt":
        return ((5 + n_tokens) / 5) ** alpha
    raise ValueError(kind)


# %% wrong: no_error -- another kind is taken for gnmt
# expects: must raise a ValueError
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens**alpha
    return ((5 + n_tokens) / 6) ** alpha


# %% wrong: times -- n times alpha
# expects: length_penalty(9, 0.0): expected 1
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens * alpha
    if kind == "gnmt":
        return ((5 + n_tokens) / 6) ** alpha
    raise ValueError(kind)


# %% wrong: floor -- a whole quotient
# expects: expected 1.5
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens**alpha
    if kind == "gnmt":
        return ((5 + n_tokens) // 6) ** alpha
    raise ValueError(f"unknown kind {kind!r}")


# %% wrong: nameless -- the error does not name the kind
# expects: names the kind
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens**alpha
    if kind == "gnmt":
        return ((5 + n_tokens) / 6) ** alpha
    raise ValueError("unknown kind")


# %% wrong: only_the_top -- alpha for the numerator alone
# expects: The whole fraction is raised
def length_penalty(n_tokens, alpha, kind="power"):
    if kind == "power":
        return n_tokens**alpha
    if kind == "gnmt":
        return (5 + n_tokens) ** alpha / 6
    raise ValueError(f"no kind: {kind!r}")


# %% right: dictionary -- a base for each kind
def length_penalty(n_tokens, alpha, kind="power"):
    bases = {"power": n_tokens, "gnmt": (5 + n_tokens) / 6}
    if kind not in bases:
        raise ValueError(f"no penalty {kind!r}")
    return bases[kind] ** alpha


# %% right: exponential -- exp of alpha times the logarithm
def length_penalty(n_tokens, alpha, kind="power"):
    if kind not in ("power", "gnmt"):
        raise ValueError(kind)
    base = n_tokens if kind == "power" else (5 + n_tokens) / 6
    return math.exp(alpha * math.log(base))


# %% right: match -- a match statement
def length_penalty(n_tokens, alpha, kind="power"):
    match kind:
        case "power":
            return float(n_tokens) ** alpha
        case "gnmt":
            return (5 + n_tokens) ** alpha / 6**alpha
    raise ValueError(f"{kind} is no penalty")
