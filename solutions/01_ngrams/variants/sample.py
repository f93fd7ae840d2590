import copy

import numpy as np

# %% wrong: appends_to_the_context -- appends to the list of the caller
# expects: you changed the context


def sample(distribution, generator, max_tokens, context=()):
    ids = context if isinstance(context, list) else list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: argmax -- always takes the likeliest token
# expects: in 40 draws you took only


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = np.argmax(p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: context_counts -- max_tokens limits context and new tokens together
# expects: max_tokens=1 after the context [2]: one new token


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: drops_the_context -- the context is not passed to the model
# expects: after the context [2] expected [3, 4]


def sample(distribution, generator, max_tokens, context=()):
    ids = []
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: floats_of_nothing -- no token at all gives an empty array of floats
# expects: an empty array of whole numbers


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:])


# %% wrong: generator_for_each_draw -- makes a new generator with the same seed for each draw
# expects: in 40 draws you took only


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = np.random.default_rng(0).choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: global_random -- draws from NumPy's global generator
# expects: the same seed must give the same text


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = np.random.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: keeps_eos -- the EOS is returned
# expects: stop at EOS and leave it out


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        ids.append(token)
        if token == EOS:
            break
    return np.array(ids[n_context:], np.int64)


# %% wrong: last_id_only -- the model sees the last id only
# expects: the whole text so far


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids[-1:], np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: list -- returns a list
# expects: an array of whole numbers, got [2, 3, 4] (list)


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return ids[n_context:]


# %% wrong: needs_a_list -- asks an iterator for its length
# expects: an iterator has no length


def sample(distribution, generator, max_tokens, context=()):
    n_context = len(context)
    ids = list(context)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: one_too_many -- draws max_tokens + 1 tokens
# expects: with max_tokens=2 expected [2, 3]


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) <= n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: own_seed -- makes a generator of its own with a fixed seed
# expects: gave the same 40 tokens


def sample(distribution, generator, max_tokens, context=()):
    generator = np.random.default_rng(0)
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: prepends_bos -- puts a BOS before what the model is asked
# expects: distribution adds the BOS itself


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array([BOS, *ids], np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: returns_the_context -- the context is returned too
# expects: after the context [2] expected [3, 4]


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids, np.int64)


# %% wrong: skips_eos -- leaves an EOS out but goes on drawing
# expects: after b comes an EOS, which ends the text


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    for _ in range(max_tokens):
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token != EOS:
            ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: uniform -- all tokens with a probability above 0 are equally likely
# expects: the frequencies of what is drawn


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(np.flatnonzero(p))
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: floats_to_the_model -- an empty text is an array of floats
# expects: ids are an array (T,) of whole numbers


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: list_to_the_model -- the model gets a list
# expects: ids are an array (T,) of whole numbers


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(ids)
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: sharpened -- squares the probabilities
# expects: the frequencies of what is drawn


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64)) ** 2
        token = generator.choice(len(p), p=p / p.sum())
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: copies_the_generator -- draws from a copy, so each call is the first
# expects: two calls with one generator give two texts


def sample(distribution, generator, max_tokens, context=()):
    generator = copy.deepcopy(generator)
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)


# %% wrong: bos_for_nothing -- an empty text is a BOS
# expects: distribution adds the BOS itself


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context) or [BOS]
    start = len(ids)
    while len(ids) < start + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[start:], dtype=np.int64)


# %% wrong: three_likeliest -- draws among the three likeliest tokens
# expects: the frequencies of what is drawn


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    start = len(ids)
    while len(ids) < start + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64)).copy()
        p[np.argsort(p)[:-3]] = 0
        token = generator.choice(len(p), p=p / p.sum())
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[start:], dtype=np.int64)


# %% right: by_gumbel -- the largest of log p plus Gumbel noise


def sample(distribution, generator, max_tokens, context=()):
    ids = [*context]
    rest = max_tokens
    while rest > 0:
        with np.errstate(divide="ignore"):
            scores = np.log(distribution(np.array(ids, int)))
        token = int(np.argmax(scores + generator.gumbel(size=len(scores))))
        if token == EOS:
            break
        ids.append(token)
        rest -= 1
    n_new = max_tokens - rest
    return np.array(ids[len(ids) - n_new :], dtype=np.int64)


# %% right: by_inverse_distribution -- one uniform number against the cumulative sum


def sample(distribution, generator, max_tokens, context=()):
    text, drawn = list(context), []
    for _ in range(max_tokens):
        steps = np.cumsum(distribution(np.array(text, dtype=int)))
        u = generator.random() * steps[-1]
        token = int(np.searchsorted(steps, u, side="right"))
        if token == EOS:
            return np.array(drawn, dtype=int)
        text.append(token)
        drawn.append(token)
    return np.array(drawn, dtype=int)


# %% right: by_multinomial -- one throw of a multinomial for each token


def sample(distribution, generator, max_tokens, context=()):
    ids = np.array(list(context), dtype=np.int64)
    start = len(ids)
    while len(ids) - start < max_tokens:
        throw = generator.multinomial(1, distribution(ids))
        token = throw.argmax()
        if token == EOS:
            break
        ids = np.append(ids, token)
    return ids[start:]


# %% right: by_recursion -- draws the first half of the tokens, then the second half after it


def sample(distribution, generator, max_tokens, context=()):
    context = list(context)
    if max_tokens == 0:
        return np.zeros(0, np.int64)
    if max_tokens == 1:
        p = distribution(np.array(context, np.int64))
        token = generator.choice(np.arange(len(p)), p=p)
        return np.array([token] if token != EOS else [], np.int64)
    half = max_tokens // 2
    first = sample(distribution, generator, half, context)
    if len(first) < half:
        return first
    context += first.tolist()
    rest = sample(distribution, generator, max_tokens - half, context)
    return np.concatenate([first, rest])


# %% right: asks_twice -- asks for each distribution twice, and returns int32


def sample(distribution, generator, max_tokens, context=()):
    text = [int(i) for i in context]
    drawn = []
    for _ in range(max_tokens):
        size = len(distribution(np.array(text, np.int32)))
        p = distribution(np.array(text, np.int32))
        token = int(generator.choice(size, p=p))
        if token == EOS:
            break
        text.append(token)
        drawn.append(token)
    return np.array(drawn, np.int32)


# %% wrong: a_little_sharper -- the probabilities to the power of 1.3
# expects: frequencies of what is drawn
def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64)) ** 1.3
        token = generator.choice(len(p), p=p / p.sum())
        if token == EOS:
            break
        ids.append(int(token))
    return np.array(ids[n_context:], dtype=np.int64)


# %% wrong: in_hundredths -- the probabilities are rounded to hundredths
# expects: frequencies of what is drawn
def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64)).round(2)
        token = generator.choice(len(p), p=p / p.sum())
        if token == EOS:
            break
        ids.append(int(token))
    return np.array(ids[n_context:], dtype=np.int64)


# %% wrong: seeds_the_global_one -- the generator seeds NumPy's global one
# expects: global random numbers were used
def sample(distribution, generator, max_tokens, context=()):
    np.random.seed(generator.integers(2**31))
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, dtype=np.int64))
        token = np.random.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(int(token))
    return np.array(ids[n_context:], dtype=np.int64)
