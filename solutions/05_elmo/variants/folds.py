# %% wrong: complement -- trains on all that is not tested
# expects: It must leave out each sentence with one held-out side
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    return [
        (~((a == i) & (b == j)), (a == i) & (b == j))
        for i in range(6 // n_out)
        for j in range(6 // n_out)
    ]


# %% wrong: either_side -- tests where one side is held out
# expects: Only sentences with both sides held out are tested
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    return [
        ((a != i) & (b != j), (a == i) | (b == j))
        for i in range(6 // n_out)
        for j in range(6 // n_out)
    ]


# %% wrong: left_only -- holds out beginnings only
# expects: fold 0 trains on
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a = left // n_out
    return [
        (a != i, a == i) for i in range(6 // n_out) for _ in range(6 // n_out)
    ]


# %% wrong: pairs_only -- the same group on both sides
# expects: combined with each
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in range(6 // n_out)
        for j in [i]
    ]


# %% wrong: exchanged -- test comes first
# expects: (train, test)
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    return [
        ((a == i) & (b == j), (a != i) & (b != j))
        for i in range(6 // n_out)
        for j in range(6 // n_out)
    ]


# %% wrong: ungrouped -- one side at a time, whatever n_out
# expects: held out together
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left, right
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in range(6)
        for j in range(6)
    ]


# %% wrong: unchecked -- any n_out
# expects: must raise a ValueError
def folds(left, right, n_out=2):
    a, b = left // n_out, right // n_out
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in range(6 // n_out)
        for j in range(6 // n_out)
    ]


# %% wrong: numbers -- 0 and 1 instead of booleans
# expects: not True and False
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    return [
        (((a != i) & (b != j)).long(), ((a == i) & (b == j)).long())
        for i in range(6 // n_out)
        for j in range(6 // n_out)
    ]


# %% wrong: endings_first -- the beginnings change faster
# expects: the endings change first
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(f"n_out is {n_out}")
    a, b, groups = left // n_out, right // n_out, range(N_SIDES // n_out)
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for j in groups
        for i in groups
    ]


# %% wrong: sliding -- groups that overlap
# expects: must not overlap
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(f"n_out is {n_out}")
    result = []
    for i in range(N_SIDES - n_out + 1):
        for j in range(N_SIDES - n_out + 1):
            a = (i <= left) & (left < i + n_out)
            b = (j <= right) & (right < j + n_out)
            result.append((~a & ~b, a & b))
    return result


# %% right: loops -- collects them
def folds(left, right, n_out=2):
    if n_out not in (1, 2, 3, 6):
        raise ValueError("n_out divides 6")
    result = []
    for i in range(0, 6, n_out):
        for j in range(0, 6, n_out):
            one = (i <= left) & (left < i + n_out)
            two = (j <= right) & (right < j + n_out)
            result.append((~one & ~two, one & two))
    return result


# %% right: isin -- with torch.isin
def folds(left, right, n_out=2):
    if n_out < 1 or 6 % n_out != 0:
        raise ValueError(f"{n_out}")
    result = []
    for i in range(6 // n_out):
        for j in range(6 // n_out):
            one = torch.isin(left, torch.arange(i * n_out, (i + 1) * n_out))
            two = torch.isin(right, torch.arange(j * n_out, (j + 1) * n_out))
            result.append((~(one | two), one & two))
    return result


# %% right: lists -- row by row
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    rows = [
        (a // n_out, b // n_out) for a, b in zip(left.tolist(), right.tolist())
    ]
    k, result = N_SIDES // n_out, []
    for i in range(k):
        for j in range(k):
            train = torch.tensor([a != i and b != j for a, b in rows])
            result.append(
                (train, torch.tensor([(a, b) == (i, j) for a, b in rows]))
            )
    return result


# %% wrong: groups_seen -- only as many groups as the sides show
# expects: also where only sides 0 and 1 occur
def folds(left, right, n_out=2):
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    n = int(max(a.max(), b.max())) + 1
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in range(n)
        for j in range(n)
    ]


# %% wrong: negative -- refuses what does not divide 6, but no negative number
# expects: n_out = -1 must raise a ValueError
def folds(left, right, n_out=2):
    if n_out == 0 or N_SIDES % n_out:
        raise ValueError(n_out)
    a, b = left // n_out, right // n_out
    groups = range(N_SIDES // n_out)
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in groups
        for j in groups
    ]


# %% wrong: six_refused -- takes 6 for too many
# expects: n_out = 6 divides 6


def folds(left, right, n_out=2):
    if n_out < 1 or n_out >= N_SIDES or N_SIDES % n_out:
        raise ValueError("n_out must divide 6")
    groups = N_SIDES // n_out
    a, b = left // n_out, right // n_out
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in range(groups)
        for j in range(groups)
    ]


# %% right: by_membership -- lists of the sides that are held out


def folds(left, right, n_out=2):
    if n_out not in (1, 2, 3, 6):
        raise ValueError("n_out must be 1, 2, 3 or 6")
    cuts = []
    for i in range(0, 6, n_out):
        for j in range(0, 6, n_out):
            inner = torch.isin(left, torch.arange(i, i + n_out))
            outer = torch.isin(right, torch.arange(j, j + n_out))
            cuts.append((~(inner | outer), inner.logical_and(outer)))
    return cuts


# %% wrong: in_place -- divides left and right in place
# expects: were changed, to


def folds(left, right, n_out=2):
    if n_out < 1 or 6 % n_out:
        raise ValueError(n_out)
    left //= n_out
    right //= n_out
    k = 6 // n_out
    return [
        ((left != i) & (right != j), (left == i) & (right == j))
        for i in range(k)
        for j in range(k)
    ]
