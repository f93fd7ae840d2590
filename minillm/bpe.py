"""Byte-pair encoding (BPE): how merges are learnt, applied, and undone.

Pairs of neighbouring tokens are merged, those first that are the most frequent
in the training text (Gage 1994; Sennrich, Haddow & Birch 2016). Tokens are ids
here; `minillm.tokenizer` gives them bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

Pair = tuple[int, int]


def to_bytes(text: str) -> list[int]:
    """The bytes of a text in UTF-8, as whole numbers from 0 to 255.

    Raises `UnicodeEncodeError` on half a surrogate pair.

    >>> to_bytes("né")
    [110, 195, 169]
    """
    return list(text.encode())


def count_pairs(
    words: Iterable[Sequence[int]], counts: Iterable[int]
) -> Counter[Pair]:
    """How often each pair of neighbouring tokens occurs.

    `words` are the distinct words, each a sequence of ids; `counts` says how
    often each of them occurs. Overlapping pairs count: [5, 5, 5] holds (5, 5)
    twice.
    Raises `ValueError` unless there are as many words as counts.

    >>> count_pairs([[5, 6, 5, 6]], [10])
    Counter({(5, 6): 20, (6, 5): 10})
    """
    pairs: Counter[Pair] = Counter()
    for word, n in zip(words, counts, strict=True):
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


def merge(ids: Sequence[int], pair: Pair, token: int) -> list[int]:
    """Put one token in the place of each pair, from left to right.

    What was merged is not looked at again. Returns a list of its own; `ids`
    (T,) stay as they are.

    >>> merge([5, 5, 5, 6, 5, 5], (5, 5), 7)
    [7, 5, 6, 7]
    """
    merged, t = [], 0
    while t < len(ids):
        if ids[t] == pair[0] and t + 1 < len(ids) and ids[t + 1] == pair[1]:
            merged.append(token)
            t += 2
        else:
            merged.append(ids[t])
            t += 1
    return merged


def places(words: Sequence[Sequence[int]]) -> defaultdict[Pair, set[int]]:
    """The rows of the words in which each pair occurs.

    >>> places([[5, 6, 5], [6, 5]])[6, 5]
    {0, 1}
    """
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for row, word in enumerate(words):
        for neighbours in pairwise(word):
            where[neighbours].add(row)
    return where


def merge_in_words(
    words: list[list[int]],
    counts: Sequence[int],
    where: defaultdict[Pair, set[int]],
    pair: Pair,
    token: int,
) -> Counter[Pair]:
    """Merge a pair in the words that hold it, and in no other.

    Changes two of its arguments: the merged words take the places of the old
    ones in `words`, and `where` (see `places`) learns the rows of new pairs.
    It may keep a row that no longer holds a pair; it never lacks one. Returns
    by how much the count of each pair changes; a pair whose count stays is
    there with 0, or missing.

    >>> words = [[5, 6, 5], [6, 5, 5]]
    >>> change = merge_in_words(words, [1, 9], places(words), (5, 6), 7)
    >>> words, {pair: n for pair, n in change.items() if n}
    ([[7, 5], [6, 5, 5]], {(5, 6): -1, (6, 5): -1, (7, 5): 1})
    """
    change: Counter[Pair] = Counter()
    # Popped: no word will hold the pair again, as its tokens are one now.
    for row in where.pop(pair):
        n = counts[row]
        for old in pairwise(words[row]):
            change[old] -= n
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            change[new] += n
            if token in new:
                where[new].add(row)
    return change


def most_frequent(
    heap: list[tuple[int, Pair]], pairs: Mapping[Pair, int]
) -> Pair | None:
    """Take the pair with the highest count off the heap; None: all are gone.

    Of equally frequent pairs it is the smallest. The heap holds (-count, pair)
    for the present count of each pair of `pairs`, and counts of the past.
    """
    while heap:
        n, pair = heappop(heap)
        # A count of the past: the present one is in the heap as well. To find
        # and change the old entry would cost more than to skip it.
        if n and pairs[pair] == -n:
            return pair
    return None


def learn_merges(
    words: Iterable[Sequence[int]],
    counts: Sequence[int],
    n_merges: int,
    first: int,
) -> list[Pair]:
    """Merge the most frequent pair of all, `n_merges` times over.

    The distinct `words` are sequences of ids, and `counts` says how often each
    occurs. Merge i makes the id `first` + i; of equally frequent pairs the
    smallest comes first, as tuples compare. Returns the pairs in the order in
    which they were merged: fewer, if no pair is left that occurs. A merge
    costs as much as the words that it changes, not as much as the text.

    >>> learn_merges([[5, 6, 7], [6, 7]], [2, 1], 9, first=8)
    [(6, 7), (5, 8)]
    """
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges: list[Pair] = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


def apply_merges(
    ids: Sequence[int], ranks: Mapping[Pair, int], made: Sequence[int]
) -> list[int]:
    """Merge ids (T,) by rank: the first learnt pair first, from left to right.

    `ranks` numbers the merges, `made[rank]` is the token that one makes. Goes
    on until no pair of neighbours has a rank.

    >>> apply_merges([5, 6, 7, 6, 7], {(6, 7): 0, (5, 8): 1}, [8, 9])
    [9, 8]
    """
    # Time in proportion to T log T: a heap holds the pairs that are waiting,
    # and each token knows its neighbours.
    ids = [*ids, -1]  # the border: found at n, and at -1 in front of 0
    n = len(ids) - 1
    before, after = list(range(-1, n)), list(range(1, n + 2))
    heap = [
        (ranks[pair], t)
        for t, pair in enumerate(pairwise(ids))
        if pair in ranks
    ]
    heapify(heap)
    while heap:
        rank, t = heappop(heap)
        u = after[t]
        if ranks.get((ids[t], ids[u])) != rank:
            continue  # one of the two has been merged since
        # The dead token keeps its place: nothing behind it has to move.
        ids[t], ids[u] = made[rank], -1
        after[t] = v = after[u]
        before[v] = t
        for left, right in ((before[t], t), (t, v)):
            waiting = ranks.get((ids[left], ids[right]))
            if waiting is not None:
                heappush(heap, (waiting, left))
    return [token for token in ids if token >= 0]


def decode_bytes(ids: Iterable[int], tokens: Sequence[bytes]) -> bytes:
    """The bytes of ids (T,), joined; `tokens` (V,) holds those of each id.

    Raises `ValueError` on an id outside the vocabulary, also below 0.

    >>> decode_bytes([2, 3], [b"", b"", b"\\xc3", b"\\xa9"])
    b'\\xc3\\xa9'
    """
    known = range(len(tokens))
    ids = list(ids)
    for i in ids:
        if i not in known:
            raise ValueError(f"ids go from 0 to {len(tokens) - 1}, not {i}")
    return b"".join([tokens[i] for i in ids])
