# %% wrong: negative_ids -- a negative id reads from the end
# expects: check that ids are 0 or more


def decode_bytes(ids, tokens):
    try:
        return b"".join([tokens[i] for i in ids])
    except IndexError as error:
        raise ValueError("an id outside the vocabulary: 3000") from error


# %% wrong: index_error -- the list's own error
# expects: raise a ValueError


def decode_bytes(ids, tokens):
    return b"".join([tokens[i] for i in ids])


# %% wrong: walks_twice -- a generator is used up by the check
# expects: can be walked through once


def decode_bytes(ids, tokens):
    for i in ids:
        if not 0 <= i < len(tokens):
            raise ValueError(f"id {i} is not in the vocabulary")
    return b"".join(tokens[i] for i in ids)


# %% wrong: skips_the_unknown -- leaves out what is not in the vocabulary
# expects: raise a ValueError


def decode_bytes(ids, tokens):
    return b"".join(tokens[i] for i in ids if 0 <= i < len(tokens))


# %% wrong: list_of_bytes -- does not join
# expects: returns bytes


def decode_bytes(ids, tokens):
    return [tokens[i] for i in ids]


# %% wrong: returns_the_error -- returns what it should raise
# expects: raise a ValueError


def decode_bytes(ids, tokens):
    ids = list(ids)
    if any(not 0 <= i < len(tokens) for i in ids):
        return ValueError
    return b"".join(tokens[i] for i in ids)


# %% right: loop -- adds token by token


def decode_bytes(ids, tokens):
    data = bytearray()
    for i in ids:
        if i < 0 or i >= len(tokens):
            raise ValueError(f"no token has the id {i}")
        data += tokens[i]
    return bytes(data)


# %% right: dictionary -- looks ids up in a dictionary


def decode_bytes(ids, tokens):
    table = dict(enumerate(tokens))
    try:
        return b"".join([table[int(i)] for i in ids])
    except KeyError as error:
        raise ValueError(f"not in the vocabulary: {error}") from None


# %% right: checked_first -- the smallest and the largest id are checked


def decode_bytes(ids, tokens):
    ids = [int(i) for i in ids]
    outside = [i for i in ids if i not in range(len(tokens))]
    if outside:
        raise ValueError(f"ids outside the vocabulary: {outside}")
    return b"".join(map(tokens.__getitem__, ids))


# %% wrong: returned -- returns the error
# expects: returned, not raised
def decode_bytes(ids, tokens):
    ids = list(ids)
    for i in ids:
        if not 0 <= i < len(tokens):
            return ValueError(f"id {i} is outside")
    return b"".join(tokens[i] for i in ids)


# %% wrong: not_named -- the error does not name the id
# expects: names the id that is outside
def decode_bytes(ids, tokens):
    ids = list(ids)
    if any(not 0 <= i < len(tokens) for i in ids):
        raise ValueError("an id is outside the vocabulary")
    return b"".join(tokens[i] for i in ids)


# %% wrong: no_specials -- leaves the ids 0 and 1 out, whatever they spell
# expects: are text like any other
def decode_bytes(ids, tokens):
    out = b""
    for i in ids:
        if not 0 <= i < len(tokens):
            raise ValueError(f"no id {i}")
        out += tokens[i] if i > 1 else b""
    return out


# %% wrong: array_of_tokens -- picks the tokens from a NumPy array, which drops zero bytes at the end
# expects: a zero byte is a byte like any other


def decode_bytes(ids, tokens):
    ids = np.array(list(ids), int)
    for i in ids:
        if i < 0 or i >= len(tokens):
            raise ValueError(f"id {i} is outside the vocabulary")
    return b"".join(np.array(tokens)[ids].tolist())


# %% right: bytearray_grows -- one bytearray, token after token


def decode_bytes(ids, tokens):
    out = bytearray()
    for i in ids:
        if i not in range(len(tokens)):
            raise ValueError(f"no token {i}")
        out.extend(tokens[i])
    return bytes(out)


# %% wrong: bound_256 -- refuses ids by a vocabulary of 258 tokens at least
# expects: id 3000 of 3,000 tokens


def decode_bytes(ids, tokens):
    out = []
    for i in ids:
        if i < 0 or (i >= len(tokens) and len(tokens) < 258) or i > 100_000:
            raise ValueError(f"{i} is no id")
        out.append(tokens[i])
    return b"".join(out)
