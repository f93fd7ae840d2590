# %% wrong: a_coin_for_each_word -- all tokens of a word share one coin
# expects: throw a coin for each token
def subsample(ids, keep, rng):
    kept = rng.random(len(keep)) < keep
    return ids[kept[ids]]


# %% wrong: global_chance -- draws from NumPy's global state
# expects: the same seed must give the same result
def subsample(ids, keep, rng):
    return ids[np.random.random(len(ids)) < keep[ids]]


# %% wrong: drops_what_it_should_keep -- the comparison is turned
# expects: id 0 is always dropped
def subsample(ids, keep, rng):
    return ids[rng.random(len(ids)) >= keep[ids]]


# %% wrong: sorted -- rng.choice loses the order
# expects: expected [2, 1, 1, 2]
def subsample(ids, keep, rng):
    kept = ids[rng.random(len(ids)) < keep[ids]]
    return np.sort(kept)


# %% wrong: constant_seed -- a generator of its own
# expects: a generator that the function makes
def subsample(ids, keep, rng):
    return ids[np.random.default_rng(7).random(len(ids)) < keep[ids]]


# %% right: loop -- token by token
def subsample(ids, keep, rng):
    return np.array(
        [i for i in ids if rng.random() < keep[i]], dtype=ids.dtype
    )


# %% right: binomial -- coins from rng.binomial
def subsample(ids, keep, rng):
    return ids[rng.binomial(1, keep[ids]) == 1]


# %% right: delete -- deletes the dropped ones
def subsample(ids, keep, rng):
    return np.delete(ids, np.flatnonzero(rng.random(ids.size) >= keep[ids]))


# %% wrong: percent_coin -- throws a coin with 100 sides: probabilities are rounded up to whole percents
# expects: each kept with probability 0.003
def subsample(ids, keep, rng):
    coin = rng.integers(0, 100, size=len(ids))
    return ids[coin < 100 * keep[ids]]


# %% wrong: marks_with_minus_one -- marks dropped tokens with -1 in the caller's array
# expects: the ids were changed
def subsample(ids, keep, rng):
    ids[rng.random(len(ids)) >= keep[ids]] = -1
    return ids[ids >= 0]


# %% wrong: percent -- throws a die of 100 sides and rounds the probability to per cent
# expects: not rounded


def subsample(ids, keep, rng):
    chance = np.round(100 * keep).astype(int)
    return ids[rng.integers(0, 100, size=len(ids)) < chance[ids]]


# %% right: token_by_token -- a loop with one coin for each token


def subsample(ids, keep, rng):
    kept = [i for i in ids if rng.random() < keep[i]]
    return np.array(kept, dtype=ids.dtype)


# %% wrong: sorted_words -- throws the coins word by word and puts the rest in order of the words
# expects: keep their order


def subsample(ids, keep, rng):
    kept = [np.flatnonzero(ids == w) for w in np.unique(ids)]
    kept = [
        places[rng.random(len(places)) < keep[ids[places[0]]]]
        for places in kept
    ]
    return ids[np.concatenate(kept)] if kept else ids[:0]
