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
