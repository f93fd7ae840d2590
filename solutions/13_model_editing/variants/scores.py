import math


# %% wrong: ties -- a tie is a success
# expects: A tie is no success
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted >= other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: logs -- the magnitude is a difference of logarithms
# expects: take probabilities
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted - other).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: arithmetic -- the arithmetic mean
# expects: This is the arithmetic mean
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = sum(shares) / len(shares)
    return {**result, "score": total}


# %% wrong: geometric -- the geometric mean
# expects: This is the geometric mean
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = math.prod(shares) ** (1 / len(shares))
    return {**result, "score": total}


# %% wrong: smallest -- the smallest share
# expects: This is the smallest share
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = min(shares)
    return {**result, "score": total}


# %% wrong: top_five -- the rank may be 5
# expects: only rank 1 does
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank <= 5).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: no_other -- P(other) is not subtracted
# expects: P(other) is not subtracted
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: divides -- a share of 0 raises a ZeroDivisionError
# expects: the score is 0, got the error ZeroDivisionError
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = len(shares) / sum(1 / x for x in shares)
    return {**result, "score": total}


# %% wrong: hollow -- a group without prompts is taken
# expects: must raise a ValueError
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: no_groups -- no group at all is taken
# expects: no group at all must raise
def scores(groups):
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if not shares or min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% wrong: one_score -- one number for the score
# expects: expected a group 'score'
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total["success"]}


# %% wrong: tensors -- tensors instead of floats
# expects: should be a float
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": (wanted > other).double().mean(),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% right: numpy -- in NumPy
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted.numpy() > other.numpy()).mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = (
            0.0
            if min(shares) == 0
            else len(shares) / sum(1 / x for x in shares)
        )
    return {**result, "score": total}


# %% right: limit -- a share of 0 through an infinity
def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError("no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        total[kind] = len(shares) / sum(
            1 / x if x else math.inf for x in shares
        )
    return {**result, "score": total}


# %% right: loops -- counted one by one
def scores(groups):
    result = {}
    for name in groups:
        answers = groups[name]
        n = len(answers.wanted)
        if n == 0:
            raise ValueError(f"the group {name} is empty")
        wins = sum(
            1
            for a, b in zip(answers.wanted.tolist(), answers.other.tolist())
            if a > b
        )
        gaps = sum(
            math.exp(a) - math.exp(b)
            for a, b in zip(answers.wanted.tolist(), answers.other.tolist())
        )
        first = sum(1 for r in answers.rank.tolist() if r == 1)
        result[name] = {
            "success": wins / n,
            "magnitude": gaps / n,
            "exact": first / n,
        }
    if not result:
        raise ValueError("nothing to score")
    names = list(result)
    score = {}
    for kind in ("success", "exact"):
        score[kind] = 0.0
        if all(result[name][kind] > 0 for name in names):
            score[kind] = 1 / (
                sum(1 / result[name][kind] for name in names) / len(names)
            )
    result["score"] = score
    return result


# %% wrong: compares_probabilities -- compares probabilities that underflow to 0
# expects: compare their logarithms


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, g in groups.items():
        if len(g.wanted) == 0:
            raise ValueError(f"{name} is empty")
        p, q = g.wanted.exp(), g.other.exp()
        result[name] = {
            "success": (p > q).float().mean().item(),
            "magnitude": (p - q).mean().item(),
            "exact": (g.rank == 1).float().mean().item(),
        }
    score = {}
    for kind in ("success", "exact"):
        x = [g[kind] for g in result.values()]
        score[kind] = 0.0 if 0 in x else len(x) / sum(1 / s for s in x)
    result["score"] = score
    return result


# %% wrong: pooled -- the groups are weighted by their number of prompts
# expects: each counts the same


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result, sizes = {}, []
    for name, g in groups.items():
        if len(g.wanted) == 0:
            raise ValueError(f"{name} is empty")
        sizes.append(len(g.wanted))
        result[name] = {
            "success": (g.wanted > g.other).double().mean().item(),
            "magnitude": (g.wanted.exp() - g.other.exp()).mean().item(),
            "exact": (g.rank == 1).double().mean().item(),
        }
    score = {}
    for kind in ("success", "exact"):
        x = [g[kind] for g in result.values()]
        score[kind] = (
            0.0
            if 0 in x
            else sum(sizes) / sum(n / s for n, s in zip(sizes, x))
        )
    result["score"] = score
    return result


# %% wrong: magnitude_of_successes -- the magnitude is the mean over the successes only
# expects: Only the successes count


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, g in groups.items():
        if len(g.wanted) == 0:
            raise ValueError(f"{name} is empty")
        won = g.wanted > g.other
        gap = (g.wanted.exp() - g.other.exp())[won]
        result[name] = {
            "success": won.double().mean().item(),
            "magnitude": float(gap.mean()) if len(gap) else 0.0,
            "exact": (g.rank == 1).double().mean().item(),
        }
    score = {}
    for kind in ("success", "exact"):
        x = [g[kind] for g in result.values()]
        score[kind] = 0.0 if 0 in x else len(x) / sum(1 / s for s in x)
    result["score"] = score
    return result


# %% right: statistics_module -- lists and statistics.harmonic_mean


def scores(groups):
    from statistics import fmean, harmonic_mean

    result = {}
    for name in groups:
        wanted, other, rank = (t.tolist() for t in groups[name])
        if not wanted:
            raise ValueError(f"no prompts in {name}")
        result[name] = {
            "success": fmean(a > b for a, b in zip(wanted, other)),
            "magnitude": fmean(
                math.exp(a) - math.exp(b) for a, b in zip(wanted, other)
            ),
            "exact": rank.count(1) / len(rank),
        }
    if not result:
        raise ValueError("no groups")
    total = {
        key: float(harmonic_mean([g[key] for g in result.values()]))
        for key in ("success", "exact")
    }
    return {**result, "score": total}


# %% right: tensors_and_infinity -- 1/0 is inf in torch, and m / inf is 0


def scores(groups):
    if len(groups) == 0 or any(a.wanted.numel() == 0 for a in groups.values()):
        raise ValueError("each group needs a prompt")
    table = {}
    for name, a in groups.items():
        success = torch.count_nonzero(a.wanted > a.other) / a.wanted.numel()
        magnitude = torch.expm1(a.wanted).sub(torch.expm1(a.other)).mean()
        exact = a.rank.eq(1).sum() / a.rank.numel()
        table[name] = {
            "success": success.item(),
            "magnitude": magnitude.item(),
            "exact": exact.item(),
        }
    score = {}
    for kind in ["success", "exact"]:
        x = torch.tensor(
            [row[kind] for row in table.values()], dtype=torch.float64
        )
        score[kind] = float(len(x) / (1 / x).sum())
    table["score"] = score
    return table


# %% wrong: copied -- the score of exact is that of success
# expects: That is the score of success


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError(f"{name} is empty")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).double().mean()),
            "exact": float((rank == 1).double().mean()),
        }

    def harmonic(kind):
        x = [g[kind] for g in result.values()]
        return 0.0 if min(x) == 0 else len(x) / sum(1 / s for s in x)

    return result | {
        "score": {k: harmonic("success") for k in ("success", "exact")}
    }


# %% wrong: above_half -- success is P(wanted) above one half
# expects: above one half


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if len(wanted) == 0:
            raise ValueError(f"{name} is empty")
        result[name] = {
            "success": float((wanted.exp() > 0.5).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).double().mean()),
            "exact": float((rank == 1).double().mean()),
        }

    def harmonic(kind):
        x = [g[kind] for g in result.values()]
        return 0.0 if min(x) == 0 else len(x) / sum(1 / s for s in x)

    return result | {"score": {k: harmonic(k) for k in ("success", "exact")}}


# %% wrong: groups_changed -- the result is written into the caller's dictionary
# expects: don't change them


def scores(groups):
    if not groups:
        raise ValueError("no groups")
    for name in groups:
        wanted, other, rank = groups[name]
        if len(wanted) == 0:
            raise ValueError("empty")
        groups[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).double().mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        x = [g[kind] for g in groups.values()]
        total[kind] = 0.0 if min(x) == 0 else len(x) / sum(1 / s for s in x)
    groups["score"] = total
    return groups


# %% wrong: other_way_round -- P(other) minus P(wanted)
# expects: The order is P(wanted) minus P(other)
def scores(groups):
    if not groups or any(not len(a.wanted) for a in groups.values()):
        raise ValueError("nothing to score")
    result = {
        name: {
            "success": float((a.wanted > a.other).double().mean()),
            "magnitude": float((a.other.exp() - a.wanted.exp()).mean()),
            "exact": float((a.rank == 1).double().mean()),
        }
        for name, a in groups.items()
    }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        bad = min(shares) == 0
        total[kind] = 0.0 if bad else len(shares) / sum(1 / x for x in shares)
    return result | {"score": total}


# %% wrong: ratios -- the exponential of the difference of logarithms
# expects: These are ratios of probabilities
def scores(groups):
    if not groups or any(not len(a.wanted) for a in groups.values()):
        raise ValueError("nothing to score")
    result = {
        name: {
            "success": float((a.wanted > a.other).double().mean()),
            "magnitude": float((a.wanted - a.other).exp().mean()),
            "exact": float((a.rank == 1).double().mean()),
        }
        for name, a in groups.items()
    }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        bad = min(shares) == 0
        total[kind] = 0.0 if bad else len(shares) / sum(1 / x for x in shares)
    return result | {"score": total}
