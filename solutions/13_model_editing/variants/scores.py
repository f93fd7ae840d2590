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
# expects: Only rank 1 counts
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
