# %% wrong: raw_bytes -- bytes are taken for ids
# expects: write each byte as its id


def train_merges(texts, n_merges):
    counts = Counter(piece for text in texts for piece in cut(text))
    words = [to_bytes(piece) for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: without_cutting -- each text is one word
# expects: cut the texts first


def train_merges(texts, n_merges):
    words = [[BYTE_IDS[byte] for byte in to_bytes(text)] for text in texts]
    return learn_merges(words, [1] * len(words), n_merges, FIRST)


# %% wrong: counts_are_ones -- each distinct piece counts once
# expects: how often each of them occurs


def train_merges(texts, n_merges):
    counts = Counter(piece for text in texts for piece in cut(text))
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, [1] * len(words), n_merges, FIRST)


# %% wrong: first_text_only -- looks at one text
# expects: count the pieces of all texts


def train_merges(texts, n_merges):
    counts = Counter(cut(next(iter(texts), "")))
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: splits_at_spaces -- loses the spaces
# expects: cut keeps the space with the next word


def train_merges(texts, n_merges):
    counts = Counter(piece for text in texts for piece in text.split())
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: joined -- joins the texts first
# expects: cut each text by itself
from collections import Counter


def train_merges(texts, n_merges):
    counts = Counter(cut(" ".join(texts)))
    words = [[BYTE_IDS[b] for b in to_bytes(w)] for w in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: first_256 -- new ids from 256
# expects: makes the id FIRST
from collections import Counter
from itertools import chain


def train_merges(texts, n_merges):
    counts = Counter(chain.from_iterable(cut(text) for text in texts))
    words = [[BYTE_IDS[b] for b in to_bytes(w)] for w in counts]
    return learn_merges(words, list(counts.values()), n_merges, 256)


# %% right: counted_in_a_loop -- a dictionary, one text after the other


def train_merges(texts, n_merges):
    counts = {}
    for text in texts:
        for piece in cut(text):
            counts[piece] = counts.get(piece, 0) + 1
    words, times = [], []
    for piece, n in counts.items():
        words.append([BYTE_IDS[byte] for byte in to_bytes(piece)])
        times.append(n)
    return learn_merges(words, times, n_merges, FIRST)


# %% right: sorted_pieces -- the most frequent pieces first


def train_merges(texts, n_merges):
    counts = Counter()
    for text in texts:
        counts.update(cut(text))
    pieces, times = [], []
    for piece, n in counts.most_common():
        pieces.append(tuple(BYTE_IDS[byte] for byte in to_bytes(piece)))
        times.append(n)
    return learn_merges(pieces, times, n_merges, FIRST)


# %% right: texts_joined -- a generator of all pieces

from itertools import chain


def train_merges(texts, n_merges):
    counts = Counter(chain.from_iterable(map(cut, texts)))
    words = ([BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts)
    return learn_merges(list(words), [*counts.values()], n_merges, FIRST)


# %% wrong: no_singles -- leaves pieces out that occur once
# expects: also one that occurs once
def train_merges(texts, n_merges):
    counts = Counter(p for text in texts for p in cut(text))
    counts = {p: n for p, n in counts.items() if n > 1}
    words = [[BYTE_IDS[b] for b in to_bytes(p)] for p in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: set_and_counts -- pieces in the order of a set, counts in the order of the text
# expects: in the same order
def train_merges(texts, n_merges):
    pieces = [p for text in texts for p in cut(text)]
    counts = Counter(pieces)
    words = [[BYTE_IDS[b] for b in to_bytes(p)] for p in sorted(set(pieces))]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: lower_case -- lower case first
# expects: the bytes of H and o
def train_merges(texts, n_merges):
    counts = Counter(p for text in texts for p in cut(text.lower()))
    words = [[BYTE_IDS[b] for b in to_bytes(p)] for p in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: largest_count -- joins the texts' Counters with |, which takes the larger count
# expects: in all texts together
def train_merges(texts, n_merges):
    counts = Counter()
    for text in texts:
        counts |= Counter(cut(text))
    words = [[BYTE_IDS[b] for b in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: frequent_only -- the 2,000 most frequent pieces
# expects: also the rare ones
def train_merges(texts, n_merges):
    counts = Counter(
        piece for text in texts for piece in cut(text)
    ).most_common(2000)
    words = [[BYTE_IDS[b] for b in to_bytes(piece)] for piece, _ in counts]
    return learn_merges(words, [n for _, n in counts], n_merges, FIRST)


# %% right: arrays -- words are arrays of ids, so the merges are NumPy's numbers
def train_merges(texts, n_merges):
    counts = Counter(piece for text in texts for piece in cut(text))
    words = [np.array(BYTE_IDS)[to_bytes(piece)] for piece in sorted(counts)]
    return learn_merges(
        words, [counts[p] for p in sorted(counts)], n_merges, FIRST
    )


# %% wrong: code_points -- the id of a byte for each character, by its code point
# expects: not the code points of its characters


def train_merges(texts, n_merges):
    counts = Counter(piece for text in texts for piece in cut(text))
    words = [
        [BYTE_IDS[ord(c)] for c in piece if ord(c) < 256] for piece in counts
    ]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% right: dictionary -- a plain dictionary of byte strings


def train_merges(texts, n_merges):
    found = {}
    for text in texts:
        for piece in cut(text):
            key = tuple(to_bytes(piece))
            found[key] = found.get(key, 0) + 1
    words = ([BYTE_IDS[byte] for byte in key] for key in found)
    return learn_merges(words, tuple(found.values()), n_merges, 258)


# %% wrong: lines -- cuts line by line, without the ends of the lines
# expects: the ends of the lines are text


def train_merges(texts, n_merges):
    counts = Counter(
        piece
        for text in texts
        for line in text.splitlines()
        for piece in cut(line)
    )
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: one_text -- all texts joined to one
# expects: became one piece


def train_merges(texts, n_merges):
    counts = Counter(cut("".join(texts)))
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: joined_by_lines -- joins the texts with line ends
# expects: put nothing between them


def train_merges(texts, n_merges):
    counts = Counter(cut("\n".join(texts)))
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)


# %% wrong: once_per_text -- a piece counts once in each text
# expects: also within one text


def train_merges(texts, n_merges):
    counts = Counter()
    for text in texts:
        counts.update(set(cut(text)))
    words = [[BYTE_IDS[byte] for byte in to_bytes(piece)] for piece in counts]
    return learn_merges(words, list(counts.values()), n_merges, FIRST)
