# %% wrong: uses_counts -- the count where the share belongs
# expects: for counts
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    ratio = np.divide(t, counts, out=np.ones(len(counts)), where=counts > 0)
    keep = np.sqrt(ratio)
    return np.minimum(1, keep if rule == "paper" else keep + ratio)


# %% wrong: probability_to_drop -- keep and discard swapped
# expects: probabilities to *drop* a token
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    keep = np.sqrt(ratio)
    keep = np.minimum(1, keep if rule == "paper" else keep + ratio)
    return np.where(counts > 0, 1 - keep, 1)


# %% wrong: one_rule -- ignores the rule
# expects: still the paper's rule
def keep_probability(counts, t, rule="paper"):
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    return np.minimum(1, np.sqrt(ratio))


# %% wrong: above_one -- the code's rule without a limit
# expects: a probability is at most 1
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    if rule == "paper":
        return np.minimum(1, np.sqrt(ratio))
    return np.where(share > 0, np.sqrt(ratio) + ratio, 1)


# %% wrong: zero_is_dropped -- a word of count 0 gets probability 0
# expects: a word of count 0 is kept with probability 1
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.zeros(len(share)), where=share > 0)
    keep = np.sqrt(ratio)
    return np.minimum(1, keep if rule == "paper" else keep + ratio)


# %% wrong: any_rule -- an unknown rule is the code's
# expects: must raise a ValueError
def keep_probability(counts, t, rule="paper"):
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    keep = np.sqrt(ratio)
    return np.minimum(1, keep if rule == "paper" else keep + ratio)


# %% right: formula_as_printed -- both rules as the table has them
def keep_probability(counts, t, rule="paper"):
    if rule != "paper" and rule != "code":
        raise ValueError(f"unknown rule {rule}")
    f = counts / counts.sum()
    seen = f > 0
    keep = np.ones(len(f))
    if rule == "paper":
        keep[seen] = np.sqrt(t / f[seen])
    else:
        keep[seen] = (np.sqrt(f[seen] / t) + 1) * t / f[seen]
    return np.clip(keep, 0, 1)


# %% right: loop -- word by word
def keep_probability(counts, t, rule="paper"):
    if rule not in {"paper", "code"}:
        raise ValueError(rule)
    keep, total = [], counts.sum()
    for n in counts:
        if n == 0:
            keep.append(1.0)
            continue
        r = t * total / n
        keep.append(min(1.0, r**0.5 if rule == "paper" else r**0.5 + r))
    return np.array(keep)


# %% right: infinite_ratio -- lets a count of 0 divide to infinity
def keep_probability(counts, t, rule="paper"):
    rules = {"paper": lambda r: r**0.5, "code": lambda r: r**0.5 + r}
    if rule not in rules:
        raise ValueError(rule)
    with np.errstate(divide="ignore"):
        return np.minimum(1, rules[rule](t / (counts / counts.sum())))


# %% wrong: zeros_in_sum -- a count of 0 counts as 1 in the sum
# expects: add nothing to the sum
def keep_probability(counts, t, rule="paper"):
    zero = counts == 0
    counts = np.maximum(counts, 1)
    f = counts / counts.sum()
    if rule == "paper":
        p = np.sqrt(t / f)
    elif rule == "code":
        p = (np.sqrt(f / t) + 1) * t / f
    else:
        raise ValueError("rule")
    p[zero] = 1
    return np.minimum(p, 1)


# %% wrong: writes_counts -- sets counts of 0 to 1 in the caller's array and corrects the sum
# expects: the counts [3, 0, 1] were changed
def keep_probability(counts, t, rule="paper"):
    total = counts.sum()
    zero = counts == 0
    counts[zero] = 1
    f = counts / total
    if rule == "paper":
        p = np.sqrt(t / f)
    elif rule == "code":
        p = (np.sqrt(f / t) + 1) * t / f
    else:
        raise ValueError(f"unknown rule {rule}")
    p[zero] = 1.0
    return np.minimum(p, 1)


# %% wrong: nonzero_total -- shares of the largest count, not of the sum
# expects: divides by the largest count
def keep_probability(counts, t, rule="paper"):
    f = counts / counts.max()
    with np.errstate(divide="ignore"):
        ratio = t / f
    if rule == "paper":
        return np.minimum(1, np.sqrt(ratio))
    if rule == "code":
        return np.minimum(1, np.sqrt(ratio) + ratio)
    raise ValueError(rule)


# %% wrong: int32_sum -- the sum of the counts in int32, which overflows in large texts
# expects: tokens and t =
def keep_probability(counts, t, rule="paper"):
    counts = counts.astype(np.int32)
    f = counts / counts.sum(dtype=np.int32)
    with np.errstate(divide="ignore"):
        ratio = t / f
    if rule == "paper":
        return np.minimum(1, np.sqrt(ratio))
    if rule == "code":
        return np.minimum(1, np.sqrt(ratio) + ratio)
    raise ValueError(rule)


# %% wrong: fixed_t_of_code -- the code's rule with its usual t, whatever t is
# expects: This is the value for t = 1e-3
def keep_probability(counts, t, rule="paper"):
    f = counts / counts.sum()
    if rule == "code":
        t = 1e-3
    elif rule != "paper":
        raise ValueError(rule)
    with np.errstate(divide="ignore"):
        ratio = t / f
    p = np.sqrt(ratio) if rule == "paper" else np.sqrt(ratio) + ratio
    return np.minimum(1, p)


# %% right: single -- float32 throughout
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = (counts / counts.sum()).astype(np.float32)
    ratio = np.ones_like(share)
    np.divide(np.float32(t), share, out=ratio, where=share > 0)
    p = np.sqrt(ratio)
    if rule == "code":
        p += ratio
    return np.minimum(p, np.float32(1))


# %% wrong: half_precision -- counts in float16
# expects: right to 0.5 %
def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts.astype(np.float16) / counts.astype(np.float16).sum()
    ratio = np.divide(t, share, out=np.ones(len(counts)), where=counts > 0)
    return np.minimum(1, np.sqrt(ratio) + ratio * (rule == "code"))


# %% wrong: small_number -- adds 1e-8 to each share, against a division by 0
# expects: Add nothing to a share


def keep_probability(counts, t, rule="paper"):
    share = counts / counts.sum()
    ratio = t / (share + 1e-8)
    if rule == "paper":
        keep = np.sqrt(ratio)
    elif rule == "code":
        keep = np.sqrt(ratio) + ratio
    else:
        raise ValueError(rule)
    keep = np.minimum(1.0, keep)
    keep[counts == 0] = 1.0
    return keep


# %% right: loop_too -- word by word, in Python


def keep_probability(counts, t, rule="paper"):
    if rule not in {"paper", "code"}:
        raise ValueError("rule is paper or code")
    total = float(sum(int(c) for c in counts))
    out = []
    for c in counts:
        f = int(c) / total
        if f == 0:
            out.append(1.0)
        elif rule == "paper":
            out.append(min(1.0, (t / f) ** 0.5))
        else:
            out.append(min(1.0, ((f / t) ** 0.5 + 1) * t / f))
    return np.array(out)


# %% wrong: own_threshold -- below the threshold a word is kept, above it the rule of the paper
# expects: though the share is above t


def keep_probability(counts, t, rule="paper"):
    share = counts / counts.sum()
    ratio = t / np.maximum(share, 1e-300)
    keep = np.sqrt(ratio)
    if rule == "code":
        keep = keep + ratio
    elif rule != "paper":
        raise ValueError(rule)
    return np.where(share <= t, 1.0, keep)


# %% wrong: raises_everywhere -- makes NumPy raise on each rounding to 0, for all code below
# expects: still the paper's rule
np.seterr(all="raise")


def keep_probability(counts, t, rule="paper"):
    share = counts / counts.sum()
    ratio = t / np.where(share > 0, share, t)
    return np.minimum(1, np.sqrt(ratio))


# %% wrong: not_capped -- the paper's rule without its upper limit
# expects: a probability is at most 1


def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    if rule == "paper":
        return np.sqrt(ratio)
    return np.minimum(1, np.sqrt(ratio) + ratio)


# %% wrong: no_root -- t / f without the root
# expects: the root is missing


def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    if rule == "paper":
        return np.minimum(1, ratio)
    return np.minimum(1, np.sqrt(ratio) + ratio)


# %% wrong: root_turned -- t / f in the root of the code's rule
# expects: In the root stands f / t


def keep_probability(counts, t, rule="paper"):
    if rule not in ("paper", "code"):
        raise ValueError(rule)
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    if rule == "paper":
        return np.minimum(1, np.sqrt(ratio))
    return np.minimum(1, (np.sqrt(ratio) + 1) * ratio)
