import torch


# %% wrong: covariance -- the mean is subtracted
# expects: The mean was subtracted: that is the covariance
def second_moment(batches):
    rows = [keys[mask].double() for keys, mask in batches]
    if not rows or not sum(map(len, rows)):
        raise ValueError("no keys")
    X = torch.cat(rows)
    X = X - X.mean(0)
    return X.T @ X / len(X)


# %% wrong: by_batches -- divided by the number of batches
# expects: second_moment:
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        X = keys[mask].double()
        total = X.T @ X if total is None else total + X.T @ X
        count += 1 if len(X) else 0
    if not count:
        raise ValueError("no keys")
    return total / count


# %% wrong: mean_of_means -- each batch has the same weight
# expects: This is a mean of the batches' means
def second_moment(batches):
    parts = []
    for keys, mask in batches:
        X = keys[mask].double()
        if len(X):
            parts.append(X.T @ X / len(X))
    if not parts:
        raise ValueError("no keys")
    return sum(parts) / len(parts)


# %% wrong: padding -- the mask is not used
# expects: The mask is not used: padding counts as keys
def second_moment(batches):
    total, count = None, 0
    for keys, _ in batches:
        X = keys.flatten(0, 1).double()
        total = X.T @ X if total is None else total + X.T @ X
        count += len(X)
    if not count:
        raise ValueError("no keys")
    return total / count


# %% wrong: padding_counted -- padding is set to zero, and counts in N
# expects: The padding is in the number of keys
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        X = (keys * mask[..., None]).flatten(0, 1).double()
        total = X.T @ X if total is None else total + X.T @ X
        count += len(X)
    if not count:
        raise ValueError("no keys")
    return total / count


# %% wrong: float32 -- the sum is kept in float32
# expects: the result should be float64
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        X = keys[mask].float()
        total = X.T @ X if total is None else total + X.T @ X
        count += len(X)
    if not count:
        raise ValueError("no keys")
    return total / count


# %% wrong: late_double -- the products are in the keys' type
# expects: second_moment: 3,000 batches of keys near 100
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        X = keys[mask]
        product = (X.T @ X).double()
        total = product if total is None else total + product
        count += len(X)
    if not count:
        raise ValueError("no keys")
    return total / count


# %% wrong: unbiased -- divided by N - 1
# expects: Divided by N - 1: divide by N
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        X = keys[mask].double()
        total = X.T @ X if total is None else total + X.T @ X
        count += len(X)
    if not count:
        raise ValueError("no keys")
    return total / (count - 1)


# %% wrong: empty -- no keys give a matrix of NaN
# expects: must raise a ValueError
def second_moment(batches):
    total, count = torch.zeros(2, 2).double(), 0
    for keys, mask in batches:
        X = keys[mask].double()
        if not count:
            total = torch.zeros(X.shape[1], X.shape[1]).double()
        total = total + X.T @ X
        count += len(X)
    return total / count


# %% wrong: last_batch -- only the last batch counts
# expects: the same keys in two batches
def second_moment(batches):
    count = 0
    for keys, mask in batches:
        X = keys[mask].double()
        total = X.T @ X
        count = len(X)
    if not count:
        raise ValueError("no keys")
    return total / count


# %% right: einsum -- weighted by the mask
def second_moment(batches):
    total, count = 0.0, 0
    for keys, mask in batches:
        keys, weight = keys.double(), mask.double()
        total = total + torch.einsum("bti,btj,bt->ij", keys, keys, weight)
        count += int(mask.sum())
    if count == 0:
        raise ValueError("no keys")
    return total / count


# %% right: outer -- one outer product a key
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        for row, real in zip(
            keys.flatten(0, 1).double(), mask.flatten().tolist()
        ):
            if real:
                product = torch.outer(row, row)
                total = product if total is None else total + product
                count += 1
    if total is None:
        raise ValueError("no keys")
    return total / count


# %% right: running -- a running mean
def second_moment(batches):
    mean, count = None, 0
    for keys, mask in batches:
        X = keys[mask].to(torch.float64)
        if len(X) == 0:
            continue
        count += len(X)
        here = X.T @ X / len(X)
        mean = here if mean is None else mean + (here - mean) * len(X) / count
    if mean is None:
        raise ValueError("no keys")
    return mean


# %% wrong: product_in_float32 -- the products are summed in float32 and converted later
# expects: Digits are lost


def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        real = keys[mask]
        s = (real.T @ real).double()
        total = s if total is None else total + s
        count += len(real)
    if not count:
        raise ValueError("no key")
    return total / count


# %% wrong: total_in_float32 -- the sum over the batches is kept in float32
# expects: Digits are lost


def second_moment(batches):
    total, count = 0, 0
    for keys, mask in batches:
        real = keys[mask]
        total = total + real.T @ real
        count += int(mask.sum())
    if count == 0:
        raise ValueError("no key")
    return total.double() / count


# %% wrong: keeps_the_keys -- all keys are collected and multiplied at the end
# expects: don't keep the keys


def second_moment(batches):
    batches = [keys[mask] for keys, mask in batches]
    if sum(map(len, batches)) == 0:
        raise ValueError("no key")
    X = torch.cat(batches).double()
    return X.T @ X / len(X)


# %% wrong: refuses_an_empty_batch -- raises at a batch of padding among good ones
# expects: batches of padding alone among others


def second_moment(batches):
    total, count = 0, 0
    for keys, mask in batches:
        if not mask.any():
            raise ValueError("a batch without keys")
        real = keys[mask].double()
        total = total + real.T @ real
        count += len(real)
    if count == 0:
        raise ValueError("no key")
    return total / count


# %% right: outer_products -- a loop over the keys


def second_moment(batches):
    total, n = None, 0
    for keys, mask in batches:
        for row, real in zip(keys, mask):
            for k, is_real in zip(row, real):
                if bool(is_real):
                    k = k.to(torch.float64)
                    total = (
                        torch.outer(k, k)
                        if total is None
                        else total + torch.outer(k, k)
                    )
                    n += 1
    if n == 0:
        raise ValueError("there is no key")
    return total / n


# %% right: einsum_with_the_mask -- einsum, the mask as a factor, a running mean


def second_moment(batches):
    mean, n = None, 0
    for keys, mask in batches:
        m = int(mask.sum())
        if m == 0:
            continue
        keys = keys.double()
        now = torch.einsum("btn,btm,bt->nm", keys, keys, mask.double()) / m
        mean = now if mean is None else mean + (now - mean) * (m / (n + m))
        n += m
    if mean is None:
        raise ValueError("no key")
    return mean


# %% wrong: first_batch_size -- the number of keys of the first batch for all
# expects: divide by the number of keys


def second_moment(batches):
    total, count, n = 0, 0, None
    for keys, mask in batches:
        real = keys[mask].double()
        n = len(real) if n is None else n
        total = total + real.T @ real
        count += n
    if not count:
        raise ValueError("no key")
    return total / count


# %% wrong: zero_keys -- what is 0 counts as padding
# expects: A real key of zeros
def second_moment(batches):
    total, count = None, 0
    for keys, mask in batches:
        real = keys[mask].double()
        product = real.T @ real
        total = product if total is None else total + product
        count += int((real != 0).any(1).sum())
    if total is None or not count:
        raise ValueError("no keys")
    return total / count
