# %% wrong: released_rate -- the rate is too small for one epoch
# expects: at least 0.2 is asked for
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "code")
    pairs = [
        skipgram_pairs(subsample(ids, keep, rng), 2, rng) for ids in texts
    ]
    return train(
        np.concatenate(pairs),
        noise_distribution(counts),
        32,
        rng,
        3,
        batch_size=512,
    )[0]


# %% wrong: a_tenth_of_the_text -- learns from every tenth paragraph
# expects: at least 0.2 is asked for
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "code")
    pairs = [
        skipgram_pairs(subsample(ids, keep, rng), 2, rng)
        for ids in texts[::10]
    ]
    joined = np.concatenate(pairs)
    return train(
        joined,
        noise_distribution(counts),
        32,
        rng,
        3,
        lr=0.1,
        batch_size=512,
    )[0]


# %% wrong: both_tables -- returns the pair of tables
# expects: not a NumPy array
def austen_vectors(texts, counts, rng):
    pairs = [skipgram_pairs(ids, 1) for ids in texts[::10]]
    return train(np.concatenate(pairs), noise_distribution(counts), 8, rng, 1)


# %% wrong: ignores_the_texts -- takes the notebook's own texts
# expects: on another text
def austen_vectors(some, counts, rng):
    counts = lexicon.counts
    keep = keep_probability(counts, 1e-3, "code")
    pairs = [
        skipgram_pairs(subsample(ids, keep, rng), 2, rng) for ids in texts
    ]
    joined = np.concatenate(pairs)
    return train(
        joined,
        noise_distribution(counts),
        32,
        rng,
        3,
        lr=0.1,
        batch_size=512,
    )[0]


# %% right: four_dozen -- 48 dimensions, 2 negatives
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "code")
    pairs = np.concatenate(
        [skipgram_pairs(subsample(t, keep, rng), 2, rng) for t in texts]
    )
    noise = noise_distribution(counts)
    return train(pairs, noise, 48, rng, n_negative=2, lr=0.1, batch_size=512)[
        0
    ]


# %% right: wider_window -- a window of 3
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "code")
    kept = [subsample(t, keep, rng) for t in texts]
    pairs = np.concatenate([skipgram_pairs(t, 3, rng) for t in kept])
    noise = noise_distribution(counts)
    return train(pairs, noise, 32, rng, n_negative=3, lr=0.1, batch_size=512)[
        0
    ]


# %% right: fixed_window -- no random windows, the paper's rule
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "paper")
    pairs = np.concatenate(
        [skipgram_pairs(subsample(t, keep, rng), 2) for t in texts]
    )
    noise = noise_distribution(counts)
    return train(pairs, noise, 32, rng, n_negative=3, lr=0.1, batch_size=512)[
        0
    ]


# %% wrong: outputs -- returns the other table
# expects: these are the outputs
def austen_vectors(texts, counts, rng):
    keep = keep_probability(counts, 1e-3, "code")
    pairs = [
        skipgram_pairs(subsample(ids, keep, rng), 2, rng) for ids in texts
    ]
    noise, joined = noise_distribution(counts), np.concatenate(pairs)
    return train(joined, noise, 32, rng, 3, lr=0.1, batch_size=512)[1]


# %% wrong: own_generator -- makes a generator of its own, with seed 0
# expects: nothing was drawn from the rng


def austen_vectors(texts, counts, rng):
    rng = np.random.default_rng(0)
    keep = keep_probability(counts, 1e-3, "code")
    pairs = [skipgram_pairs(subsample(text, keep, rng), 2) for text in texts]
    noise = noise_distribution(counts)
    return train(
        np.concatenate(pairs),
        noise,
        32,
        rng,
        n_negative=3,
        lr=0.1,
        batch_size=512,
    )[0]
