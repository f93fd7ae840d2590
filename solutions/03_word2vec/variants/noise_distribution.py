# %% wrong: plain_shares -- forgets the power
# expects: these are the words' shares
def noise_distribution(counts, power=0.75):
    if not counts.any():
        raise ValueError("no counts")
    return counts / counts.sum()


# %% wrong: power_of_the_shares_unnormalised -- the shares to the power, not divided
# expects: the sum is
def noise_distribution(counts, power=0.75):
    if not counts.any():
        raise ValueError("no counts")
    return (counts / counts.sum()) ** power


# %% wrong: zero_to_the_zero -- a word of count 0 is drawn with power 0
# expects: a word of count 0 is never drawn
def noise_distribution(counts, power=0.75):
    if not counts.any():
        raise ValueError("no counts")
    weight = counts.astype(float) ** power
    return weight / weight.sum()


# %% wrong: nan_for_nothing -- no counts give NaN
# expects: where all counts are 0, raise a ValueError
def noise_distribution(counts, power=0.75):
    weight = np.where(counts > 0, counts.astype(float) ** power, 0.0)
    return weight / weight.sum()


# %% wrong: always_three_quarters -- the power is not used
# expects: with power 1, expected
def noise_distribution(counts, power=0.75):
    if not counts.any():
        raise ValueError("no counts")
    weight = counts.astype(float) ** 0.75
    return weight / weight.sum()


# %% right: shares_first -- shares, then the power, then divided
def noise_distribution(counts, power=0.75):
    if counts.sum() == 0:
        raise ValueError("all counts are 0")
    share = counts / counts.sum()
    weight = np.zeros(len(counts))
    weight[counts > 0] = share[counts > 0] ** power
    return weight / np.sum(weight)


# %% right: logarithms -- in logarithms
def noise_distribution(counts, power=0.75):
    if np.all(counts == 0):
        raise ValueError("all counts are 0")
    seen = counts > 0
    logs = power * np.log(counts[seen].astype(float))
    out = np.zeros(counts.shape)
    out[seen] = np.exp(logs - logs.max())
    return out / out.sum()


# %% right: loop -- word by word
def noise_distribution(counts, power=0.75):
    weights = [float(n) ** power if n > 0 else 0.0 for n in counts]
    if sum(weights) == 0:
        raise ValueError("all counts are 0")
    return np.array(weights) / sum(weights)


# %% wrong: only_power_zero -- treats power 0 as a case of its own; a negative power gives infinity
# expects: power -0.5
def noise_distribution(counts, power=0.75):
    if counts.sum() == 0:
        raise ValueError("no counts")
    if power == 0:
        w = (counts > 0).astype(float)
    else:
        w = counts.astype(float) ** power
    return w / w.sum()


# %% wrong: in_place_floats -- takes the power in place: counts that are floats are changed
# expects: the counts (float64) were changed
def noise_distribution(counts, power=0.75):
    if not np.any(counts):
        raise ValueError("no counts")
    w = counts.astype(float, copy=False)
    zero = w == 0
    w **= power
    w[zero] = 0
    return w / w.sum()


# %% wrong: in_place -- counts of floats are raised to the power in place
# expects: were changed


def noise_distribution(counts, power=0.75):
    weights = np.asarray(counts, float)
    if not weights.any():
        raise ValueError("all counts are 0")
    weights[weights > 0] **= power
    return weights / weights.sum()


# %% wrong: integers -- keeps the weights in the dtype of the counts
# expects: compute with float64


def noise_distribution(counts, power=0.75):
    if counts.max() == 0:
        raise ValueError("no word")
    weights = np.zeros_like(counts, dtype=np.float32)
    weights[counts > 0] = counts[counts > 0] ** power
    return weights / weights.sum(dtype=float)
