import numpy as np

# %% wrong: append_dropped -- the array that np.append returns is dropped
# expects: np.append returns a new array


def pad(sequences):
    stream = np.zeros(0, np.int64)
    for ids in sequences:
        np.append(stream, [BOS, *ids, EOS])
    return stream


# %% wrong: fails_on_nothing -- no text at all gives an empty array of floats
# expects: expected an empty array of whole numbers


def pad(sequences):
    return np.array([i for ids in sequences for i in (BOS, *ids, EOS)])


# %% wrong: float -- the empty array in front is of floats, and so is the stream
# expects: expected one array of whole numbers


def pad(sequences):
    pieces = [np.array([])]
    for ids in sequences:
        pieces += [[BOS], ids, [EOS]]
    return np.concatenate(pieces)


# %% wrong: hard_coded -- returns the stream of the example whatever texts it gets
# expects: many texts with tens of thousands of ids


def pad(sequences):
    n_texts = sum(1 for _ in sequences)
    return np.array([0, 2, 3, 2, 3, 1, 0, 2, 3, 4, 1] * bool(n_texts), int)


# %% wrong: needs_a_list -- asks a generator for its length
# expects: a generator has no length


def pad(sequences):
    stream = np.zeros(0, np.int64)
    for t in range(len(sequences)):
        stream = np.concatenate([stream, [BOS], sequences[t], [EOS]])
    return stream


# %% wrong: one_frame_for_all -- one BOS and one EOS around all texts together
# expects: Each text needs a BOS and EOS of its own


def pad(sequences):
    return np.array([BOS, *(i for ids in sequences for i in ids), EOS])


# %% wrong: two_bos -- order - 1 = 2 BOS before each text, as for trigrams without a table
# expects: one BOS per text is enough


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, BOS, *ids, EOS)]
    return np.array(stream, np.int64)


# %% wrong: uses_up_the_list -- takes the sequences out of the caller's list
# expects: you changed the sequences


def pad(sequences):
    stream = np.zeros(0, np.int64)
    while sequences:
        stream = np.concatenate([stream, [BOS], sequences.pop(0), [EOS]])
    return stream


# %% wrong: without_eos -- no EOS after a text
# expects: the EOS that ends each text is missing


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, *ids)]
    return np.array(stream, np.int64)


# %% wrong: without_return -- the stream is printed, not returned
# expects: pad returns nothing


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, *ids, EOS)]
    print(np.array(stream, np.int64))


# %% wrong: walks_twice -- room for all texts in a first walk, filled in a second
# expects: a generator has no length


def pad(sequences):
    stream = np.empty(sum(len(ids) + 2 for ids in sequences), np.int64)
    start = 0
    for ids in sequences:
        stream[start : start + len(ids) + 2] = [BOS, *ids, EOS]
        start += len(ids) + 2
    return stream


# %% wrong: skips_empty_texts -- a text without tokens is left out
# expects: of a generator of the texts


def pad(sequences):
    stream = [i for ids in sequences if len(ids) for i in (BOS, *ids, EOS)]
    return np.array(stream, np.int64)


# %% wrong: small_integers -- ids are bytes, so that large ones do not fit
# expects: do not fit into uint8


def pad(sequences):
    stream = [i for ids in sequences for i in (BOS, *ids, EOS)]
    return np.array(stream, np.uint8)


# %% wrong: of_int16 -- ids above 32767 do not fit
# expects: do not fit into int16


def pad(sequences):
    pieces = [np.zeros(0, np.int16)]
    for ids in sequences:
        pieces.append(np.concatenate(([BOS], ids, [EOS])).astype(np.int16))
    return np.concatenate(pieces)


# %% wrong: type_of_the_first -- small ids in the first text, and the stream is of bytes
# expects: do not fit into uint8


def pad(sequences):
    stream = np.zeros(0, np.int64)
    for n, ids in enumerate(sequences):
        if n == 0:
            small = np.max(ids, initial=0) < 256
            stream = stream.astype(np.uint8 if small else np.int64)
        piece = np.concatenate(([BOS], ids, [EOS])).astype(stream.dtype)
        stream = np.concatenate((stream, piece))
    return stream


# %% right: by_recursion -- the first text, then the rest


def pad(sequences):
    sequences = list(sequences)
    if not sequences:
        return np.zeros(0, np.int64)
    first, *rest = sequences
    return np.hstack([[BOS], first, [EOS], pad(rest)]).astype(np.int64)


# %% right: into_one_array -- allocates the stream once and fills it by slices


def pad(sequences):
    sequences = list(sequences)
    stream = np.full(sum(len(ids) + 2 for ids in sequences), EOS)
    start = 0
    for ids in sequences:
        stream[start] = BOS
        stream[start + 1 : start + 1 + len(ids)] = ids
        start += len(ids) + 2
    return stream.astype(np.int64)


# %% right: with_a_list -- a Python list, one id after the other


def pad(sequences):
    stream = []
    for ids in sequences:
        stream.append(BOS)
        for i in ids:
            stream.append(int(i))
        stream.append(EOS)
    return np.array(stream, dtype=np.int64)


# %% right: with_np_pad -- np.pad puts the two marks around each text


def pad(sequences):
    framed = [np.pad(ids, 1, constant_values=(BOS, EOS)) for ids in sequences]
    return np.concatenate([np.empty(0, int), *framed])


# %% right: of_int32 -- another integer type


def pad(sequences):
    stream = []
    for ids in sequences:
        stream.extend((BOS, *ids, EOS))
    return np.fromiter(stream, np.int32, len(stream))
