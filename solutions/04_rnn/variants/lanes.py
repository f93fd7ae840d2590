# %% wrong: every_bth -- row b holds every B-th id
# expects: follow each other
def lanes(stream, B):
    if not 1 <= B <= len(stream):
        raise ValueError("too few")
    length = len(stream) // B
    return stream[: B * length].reshape(length, B).T


# %% wrong: columns -- the transposed result
# expects: the shape (5, 2)
def lanes(stream, B):
    if not 1 <= B <= len(stream):
        raise ValueError("too few")
    length = len(stream) // B
    return stream[: B * length].reshape(B, length).T


# %% wrong: nothing_refused -- an empty result
# expects: must raise a ValueError
def lanes(stream, B):
    length = len(stream) // max(1, B)
    return stream[: B * length].reshape(max(1, B), length)


# %% wrong: returned -- the error is returned
# expects: must raise a ValueError
def lanes(stream, B):
    if not 1 <= B <= len(stream):
        return ValueError("too few")
    length = len(stream) // B
    return stream[: B * length].reshape(B, length)


# %% wrong: a_list -- rows in a list
# expects: not a NumPy array
def lanes(stream, B):
    if not 1 <= B <= len(stream):
        raise ValueError("too few")
    length = len(stream) // B
    return [stream[b * length : (b + 1) * length] for b in range(B)]


# %% wrong: shorter_allowed -- B of zero is caught, too few ids are not
# expects: 4 ids with B = 5
def lanes(stream, B):
    if B < 1:
        raise ValueError("B")
    length = len(stream) // B
    return stream[: B * length].reshape(B, length)


# %% right: stacked -- slices one below the other
def lanes(stream, B):
    if B < 1 or len(stream) < B:
        raise ValueError(f"no {B} lanes from {len(stream)} ids")
    n = len(stream) // B
    return np.stack([stream[b * n : b * n + n] for b in range(B)])


# %% right: array_split -- after the rest is cut off
def lanes(stream, B):
    if B < 1 or len(stream) < B:
        raise ValueError(B)
    rest = len(stream) % B
    whole = stream[: len(stream) - rest]
    return np.array(np.array_split(whole, B))


# %% right: by_index -- starts and offsets
def lanes(stream, B):
    if B < 1 or stream.size < B:
        raise ValueError("B")
    n = stream.size // B
    return stream[n * np.arange(B)[:, None] + np.arange(n)]


# %% wrong: lists -- makes lists, so that the dtype becomes int64
# expects: ids of int32 stay int32


def lanes(stream, B):
    if B < 1 or len(stream) < B:
        raise ValueError("B goes from 1 to the number of ids")
    n = len(stream) // B
    return np.array([stream[b * n : (b + 1) * n].tolist() for b in range(B)])
