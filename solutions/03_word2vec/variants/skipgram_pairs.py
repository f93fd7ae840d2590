# %% wrong: window_is_always_b -- the rng is ignored
# expects: distance 4 occurs as often as distance 1
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        pairs.append(np.stack((ids[:-d], ids[d:]), 1))
        pairs.append(np.stack((ids[d:], ids[:-d]), 1))
    return np.concatenate(pairs)


# %% wrong: to_the_right_only -- the left half of the window is missing
# expects: the pairs [(11, 10), (12, 10), (12, 11), (13, 11), (13, 12)] are missing
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        inside = b[: T - d] >= d
        pairs.append(np.stack((ids[:-d][inside], ids[d:][inside]), 1))
    return np.concatenate(pairs)


# %% wrong: own_context -- each token is its own context too
# expects: no token is its own context
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    pairs = [
        (ids[i], ids[j])
        for i in range(T)
        for j in range(max(0, i - b[i]), min(T, i + b[i] + 1))
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


# %% wrong: empty_is_flat -- no pairs give an array without columns
# expects: for ids [7] and window 5
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    return np.array(
        [
            (ids[i], ids[j])
            for i in range(T)
            for j in range(max(0, i - b[i]), min(T, i + b[i] + 1))
            if i != j
        ]
    )


# %% wrong: window_may_be_zero -- b is drawn from 0
# expects: b is at least 1
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(0, window + 1, size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        for c, o in ((left, left + d), (left + d, left)):
            pairs.append(np.stack((ids[c[b[c] >= d]], ids[o[b[c] >= d]]), 1))
    return np.concatenate(pairs)


# %% wrong: never_the_largest -- b is drawn below window
# expects: in 100, 75, 50
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, max(2, window), size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        for c, o in ((left, left + d), (left + d, left)):
            pairs.append(np.stack((ids[c[b[c] >= d]], ids[o[b[c] >= d]]), 1))
    return np.concatenate(pairs)


# %% wrong: two_windows -- left and right are drawn apart
# expects: as many contexts to its left
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)

    def draw():
        return (
            np.full(T, window)
            if rng is None
            else rng.integers(1, window + 1, size=T)
        )

    before, after = draw(), draw()
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        for b, c, o in ((after, left, left + d), (before, left + d, left)):
            pairs.append(np.stack((ids[c[b[c] >= d]], ids[o[b[c] >= d]]), 1))
    return np.concatenate(pairs)


# %% wrong: positions_for_ids -- pairs of positions
# expects: expected
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        for c, o in ((left, left + d), (left + d, left)):
            pairs.append(np.stack((c[b[c] >= d], o[b[c] >= d]), 1))
    return np.concatenate(pairs)


# %% wrong: equal_words_left_out -- drops pairs of a word with itself
# expects: such pairs are missing
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        for c, o in ((left, left + d), (left + d, left)):
            found = np.stack((ids[c[b[c] >= d]], ids[o[b[c] >= d]]), 1)
            pairs.append(found[found[:, 0] != found[:, 1]])
    return np.concatenate(pairs)


# %% right: loop -- two loops over tokens
def skipgram_pairs(ids, window, rng=None):
    pairs = []
    for i in range(len(ids)):
        b = window if rng is None else int(rng.integers(1, window + 1))
        for j in range(max(0, i - b), min(len(ids), i + b + 1)):
            if i != j:
                pairs.append((ids[i], ids[j]))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


# %% right: all_distances -- a matrix of distances
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window, size=T, endpoint=True)
    )
    pieces = [np.zeros((0, 2), dtype=int)]
    for offset in [o for o in range(-window, window + 1) if o and abs(o) < T]:
        centre = np.arange(max(0, -offset), min(T, T - offset))
        centre = centre[b[centre] >= abs(offset)]
        pieces.append(np.column_stack((ids[centre], ids[centre + offset])))
    return np.vstack(pieces)


# %% right: choice -- draws with rng.choice
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    if rng is None:
        b = np.full(T, window)
    else:
        b = rng.choice(np.arange(1, window + 1), size=T)
    centre, context = [], []
    for d in range(1, window + 1):
        if d >= T:
            break
        i = np.arange(T - d)
        centre += [ids[i][b[i] >= d], ids[i + d][b[i + d] >= d]]
        context += [ids[i + d][b[i] >= d], ids[i][b[i + d] >= d]]
    if not centre:
        return np.empty((0, 2), dtype=np.int64)
    return np.stack([np.concatenate(centre), np.concatenate(context)], axis=1)


# %% wrong: quadratic -- compares each token with each other
# expects: square of the number of tokens


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = [
        window if rng is None else int(rng.integers(1, window + 1))
        for _ in range(T)
    ]
    out = []
    for i in range(T):
        for j in range(T):
            if i != j and abs(i - j) <= b[i]:
                out.append((ids[i], ids[j]))
    return np.array(out, dtype=int).reshape(-1, 2)


# %% wrong: matrix -- a matrix of all distances
# expects: The memory must not grow with the square


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    place = np.arange(T)
    distance = np.abs(place[:, None] - place)
    centre, context = np.nonzero((distance > 0) & (distance <= b[:, None]))
    return np.stack((ids[centre], ids[context]), axis=1)


# %% wrong: right_side -- the last context to the right is left out
# expects: the pairs [(10, 12), (11, 13)


def skipgram_pairs(ids, window, rng=None):
    pairs = []
    for i in range(len(ids)):
        b = window if rng is None else rng.integers(1, window + 1)
        for j in range(max(0, i - b), min(len(ids), i + b)):
            if i != j:
                pairs.append((ids[i], ids[j]))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


# %% wrong: b_per_distance -- draws b again at each distance
# expects: here a centre has a gap
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    found = [np.empty((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        b = (
            np.full(T, window)
            if rng is None
            else rng.integers(1, window + 1, size=T)
        )
        left, right = np.arange(T - d), np.arange(d, T)
        for x, y in ((left, right), (right, left)):
            ok = b[x] >= d
            found.append(np.stack((ids[x[ok]], ids[y[ok]]), axis=1))
    return np.concatenate(found)


# %% wrong: int16_pairs -- stores the pairs in int16
# expects: large ids
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.empty((0, 2), np.int16)]
    for d in range(1, min(window, T - 1) + 1):
        left, right = np.arange(T - d), np.arange(d, T)
        for x, y in ((left, right), (right, left)):
            ok = b[x] >= d
            found.append(
                np.stack((ids[x[ok]], ids[y[ok]]), axis=1).astype(np.int16)
            )
    return np.concatenate(found)


# %% wrong: one_b_for_all -- one b for the whole text
# expects: all centres have the same b, 4
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = window if rng is None else int(rng.integers(1, window + 1))
    found = [np.empty((0, 2), ids.dtype)]
    for d in range(1, min(b, T - 1) + 1):
        found.append(np.stack((ids[:-d], ids[d:]), axis=1))
        found.append(np.stack((ids[d:], ids[:-d]), axis=1))
    return np.concatenate(found)


# %% wrong: around_the_end -- np.roll, so the text's ends are neighbours
# expects: the end of the text is not next to its beginning
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.empty((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        for shift in (d, -d):
            found.append(np.stack((ids, np.roll(ids, shift)), axis=1)[b >= d])
    return np.concatenate(found)


# %% wrong: b_of_context -- tests the b of the context instead of the centre's
# expects: the b of y, the context, decides
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.empty((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        left, right = np.arange(T - d), np.arange(d, T)
        for x, y in ((left, right), (right, left)):
            ok = b[y] >= d
            found.append(np.stack((ids[x[ok]], ids[y[ok]]), axis=1))
    return np.concatenate(found)


# %% wrong: one_sided_pairs_mirrored -- a pair inside the window of its left token counts both ways
# expects: is a pair wherever (y, x) is one
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.empty((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.flatnonzero(b[: T - d] >= d)
        pair = np.stack((ids[left], ids[left + d]), axis=1)
        found += [pair, pair[:, ::-1]]
    return np.concatenate(found)


# %% wrong: set_of_pairs -- collects the pairs in a set, so a repeated pair counts once
# expects: stands in the result several times
def skipgram_pairs(ids, window, rng=None):
    found = set()
    for t in range(len(ids)):
        b = window if rng is None else rng.integers(1, window + 1)
        for s in range(max(0, t - b), min(len(ids), t + b + 1)):
            if s != t:
                found.add((int(ids[t]), int(ids[s])))
    return np.array(sorted(found), dtype=ids.dtype).reshape(-1, 2)


# %% right: unsigned -- whole numbers without a sign
def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window, size=T, endpoint=True)
    )
    found = [np.empty((0, 2), np.uint32)]
    for d in range(1, min(window, T - 1) + 1):
        left, right = np.arange(T - d), np.arange(d, T)
        for x, y in ((left, right), (right, left)):
            ok = b[x] >= d
            found.append(
                np.stack((ids[x[ok]], ids[y[ok]]), axis=1).astype(np.uint32)
            )
    return np.concatenate(found)


# %% wrong: b_of_context_too -- a pair is kept if the b of the context reaches the centre
# expects: the b of y, the context


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.zeros((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        right = left + d
        for centre, context in ((left, right), (right, left)):
            inside = b[context] >= d
            found.append(
                np.stack((ids[centre[inside]], ids[context[inside]]), axis=1)
            )
    return np.concatenate(found)


# %% wrong: same_word -- drops the pairs of a word with itself
# expects: may stand near itself


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    found = [np.zeros((0, 2), ids.dtype)]
    for d in range(1, min(window, T - 1) + 1):
        left = np.arange(T - d)
        right = left + d
        for centre, context in ((left, right), (right, left)):
            inside = b[centre] >= d
            found.append(
                np.stack((ids[centre[inside]], ids[context[inside]]), axis=1)
            )
    pairs = np.concatenate(found)
    return pairs[pairs[:, 0] != pairs[:, 1]]


# %% right: grid -- a grid of places, centre by centre


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    if T < 2:
        return np.empty((0, 2), ids.dtype)
    window = min(window, T - 1) if rng is None else window
    b = (
        rng.integers(1, window, size=T, endpoint=True)
        if rng is not None
        else np.full(T, window)
    )
    reach = min(window, T - 1)
    steps = np.concatenate((np.arange(-reach, 0), np.arange(1, reach + 1)))
    place = np.arange(T)[:, None] + steps
    good = (place >= 0) & (place < T) & (np.abs(steps) <= b[:, None])
    centre, column = np.nonzero(good)
    return np.column_stack((ids[centre], ids[place[centre, column]]))


# %% wrong: both_windows -- a pair needs the windows of both of its tokens
# expects: both windows have to reach here


def skipgram_pairs(ids, window, rng=None):
    T = len(ids)
    b = np.full(T, window) if rng is None else rng.integers(1, window + 1, T)
    pairs = [np.zeros((0, 2), np.int64)]
    for d in range(1, min(window, T - 1) + 1):
        near = np.minimum(b[:-d], b[d:]) >= d
        pairs.append(np.stack([ids[:-d][near], ids[d:][near]], 1))
        pairs.append(np.stack([ids[d:][near], ids[:-d][near]], 1))
    return np.concatenate(pairs)
