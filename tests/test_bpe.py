"""Merges: worked by hand, against plain loops, and without work that is done twice."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minillm import bpe

# Three letters make many ties and many overlaps.
word_lists = st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=8, unique=True)


def ids_of(word):
    """a, b, c as 0, 1, 2."""
    return [ord(letter) - ord("a") for letter in word]


def learn_naively(words, counts, n_merges, first):
    """The loop version: count everything again before every merge."""
    merges = []
    for token in range(first, first + n_merges):
        pairs = Counter()
        for word, n in zip(words, counts, strict=True):
            for pair in pairwise(word):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = [bpe.merge(word, best, token) for word in words]
    return merges


def apply_naively(ids, ranks, made):
    """The loop version: look for the pair with the lowest rank, merge its first place, repeat."""
    ids = list(ids)
    while True:
        known = [(ranks[pair], t) for t, pair in enumerate(pairwise(ids)) if pair in ranks]
        if not known:
            return ids
        rank, t = min(known)
        ids[t : t + 2] = [made[rank]]


def test_merges_of_the_classic_example():
    # aaabdaaabac, a = 0: aa becomes Z = 10, ab Y = 11, ZY X = 12, and XdXac is left.
    word = ids_of("aaabdaaabac")
    merges = bpe.learn_merges([word], [1], 3, first=10)
    assert merges == [(0, 0), (0, 1), (10, 11)]
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    assert bpe.apply_merges(word, ranks, [10, 11, 12]) == [12, 3, 12, 0, 2]


def test_count_pairs_by_hand():
    assert bpe.count_pairs([[0, 0, 0], [0, 1]], [2, 5]) == {(0, 0): 4, (0, 1): 5}
    assert bpe.count_pairs([[0], []], [2, 5]) == {}


def test_count_pairs_wants_a_count_for_each_word():
    with pytest.raises(ValueError, match="shorter"):
        bpe.count_pairs([[0, 1], [1, 2]], [1])


@pytest.mark.parametrize(
    ("ids", "merged"),
    [
        ([], []),
        ([5], [5]),
        ([5, 6], [7]),
        ([6, 5], [6, 5]),
        ([5, 6, 5, 6, 5], [7, 7, 5]),
        ([5, 5, 6, 6], [5, 7, 6]),
    ],
)
def test_merge_by_hand(ids, merged):
    assert bpe.merge(ids, (5, 6), 7) == merged


def test_merge_of_a_double_goes_from_left_to_right():
    assert bpe.merge([5, 5, 5], (5, 5), 7) == [7, 5]
    assert bpe.merge([5, 5, 5, 5], (5, 5), 7) == [7, 7]


def test_most_frequent_skips_the_past_and_breaks_ties_by_id():
    pairs = {(1, 2): 3, (0, 9): 3, (4, 4): 0, (5, 5): 2}
    heap = sorted([(-7, (1, 2)), (-3, (1, 2)), (-3, (0, 9)), (0, (4, 4)), (-2, (5, 5))])
    order = [bpe.most_frequent(heap, pairs) for _ in range(4)]
    assert order == [(0, 9), (1, 2), (5, 5), None]


@given(word_lists, st.data())
def test_learn_merges_equals_the_loop(texts, data):
    counts = data.draw(st.lists(st.integers(1, 3), min_size=len(texts), max_size=len(texts)))
    words = list(map(ids_of, texts))
    assert bpe.learn_merges(words, counts, 20, 3) == learn_naively(words, counts, 20, 3)


@given(word_lists)
def test_learn_merges_leaves_its_input_alone(texts):
    words = list(map(ids_of, texts))
    bpe.learn_merges(words, [1] * len(words), 5, 3)
    assert words == list(map(ids_of, texts))


def test_learn_merges_stops_when_every_word_is_one_token():
    assert bpe.learn_merges([[0, 1], [2]], [1, 1], 10, 3) == [(0, 1)]
    assert bpe.learn_merges([], [], 10, 3) == []


def test_a_merge_visits_only_words_with_its_pair(monkeypatch):
    visited = []
    merge = bpe.merge
    monkeypatch.setattr(bpe, "merge", lambda word, *a: visited.append(word) or merge(word, *a))
    words = [[0, 1]] + [[2 + i, 3 + i] for i in range(0, 200, 2)]
    bpe.learn_merges(words, [5] + [1] * 100, 1, 1000)
    assert visited == [[0, 1]]


@given(word_lists, st.text("abc", max_size=40))
def test_apply_merges_equals_the_loop(texts, text):
    merges = bpe.learn_merges(list(map(ids_of, texts)), [1] * len(texts), 20, 3)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    made = list(range(3, 3 + len(merges)))
    assert bpe.apply_merges(ids_of(text), ranks, made) == apply_naively(ids_of(text), ranks, made)


@given(st.permutations([(0, 1), (1, 2), (0, 0), (3, 2), (5, 4), (0, 4)]), st.text("abc"))
def test_apply_merges_by_ranks_in_any_order(merges, text):
    """In others' files a merge may wait for a token that a later one makes."""
    by_pair = {(0, 1): 3, (1, 2): 4, (0, 0): 5, (3, 2): 6, (5, 4): 7, (0, 4): 6}
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    made = [by_pair[pair] for pair in merges]
    assert bpe.apply_merges(ids_of(text), ranks, made) == apply_naively(ids_of(text), ranks, made)


class CountingRanks(dict):
    """Ranks that count how often they are asked."""

    asked = 0

    def get(self, pair, default=None):
        """The rank, and one more question."""
        self.asked += 1
        return super().get(pair, default)


@pytest.mark.parametrize("text", ["a", "ab", "abbaabc"])
def test_apply_merges_to_a_long_word_is_not_quadratic(text):
    texts = ["a" * 64, "ab" * 40, "abbaabc" * 20]
    merges = bpe.learn_merges(list(map(ids_of, texts)), [1] * 3, 40, 3)
    made = list(range(3, 3 + len(merges)))
    asked = []
    for n in (2_000, 20_000):
        ranks = CountingRanks({pair: rank for rank, pair in enumerate(merges)})
        bpe.apply_merges((ids_of(text) * n)[:n], ranks, made)
        asked.append(ranks.asked)
    assert asked[0] < 4 * 2_000
    assert asked[1] < 11 * asked[0]


def test_words_with_a_count_of_0_are_never_merged():
    assert bpe.learn_merges([[0, 1], [2, 3]], [0, 2], 9, 4) == [(2, 3)]


def test_decode_bytes_joins_and_refuses_what_is_outside():
    tokens = [b"", b"\xc3", b"\xa9", b" the"]
    assert bpe.decode_bytes((i for i in [1, 2, 3, 0]), tokens) == b"\xc3\xa9 the"
    assert bpe.decode_bytes([], tokens) == b""
    for i in (-1, 4):
        with pytest.raises(ValueError, match=f"ids go from 0 to 3, not {i}"):
            bpe.decode_bytes([1, i], tokens)


@given(word_lists, st.data())
def test_counts_that_are_kept_equal_a_recount(texts, data):
    words, counts = list(map(ids_of, texts)), [2] * len(texts)
    where, pairs = bpe.places(words), bpe.count_pairs(words, counts)
    for token in (3, 4, 5):
        present = [pair for pair in pairs if pairs[pair]]
        if not present:
            return
        pair = data.draw(st.sampled_from(sorted(present)))
        pairs.update(bpe.merge_in_words(words, counts, where, pair, token))
        assert +pairs == bpe.count_pairs(words, counts)
