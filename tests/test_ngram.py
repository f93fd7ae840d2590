"""n-gram models: worked by hand, against plain loops, and as distributions."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minillm import ngram
from minillm.corpus import BOS, EOS, ByteVocabulary, WordVocabulary
from minillm.ngram import NGram

TOY = ["a b a b", "a c"]  # words of one letter; the first has no space before it
VOCABULARY = WordVocabulary(["a", " a", " b", " c"], unknown="<unk>")  # ids 3, 4, 5, 6
texts = st.lists(st.text("ab c", max_size=12), min_size=1, max_size=5)
smoothings = st.sampled_from([("kneser_ney", 0.0), ("mle", 0.0), ("add_k", 0.3), ("add_k", 1.0)])


def grams_of(sequences, order):
    """Every k-gram, as plain tuples: the loop version."""
    counts = [Counter() for _ in range(order)]
    for ids in sequences:
        padded = [BOS, *ids, EOS]
        for end in range(1, len(padded) + 1):
            for k in range(1, min(order, end) + 1):
                if padded[end - 1] != BOS:
                    counts[k - 1][tuple(padded[end - k : end])] += 1
    return counts


def tuples(tables):
    """The k-grams of each table as tuples, found by following `history` down."""
    grams = [[(int(w),) for w in tables[0].word]]
    for table in tables[1:]:
        below = grams[-1]
        grams.append([(*below[h], int(w)) for h, w in zip(table.history, table.word, strict=True)])
    return grams


def test_pad_by_hand():
    assert ngram.pad([np.array([5, 6]), np.array([7])]).tolist() == [0, 5, 6, 1, 0, 7, 1]
    assert ngram.pad([]).tolist() == []
    assert ngram.pad([np.array([], np.int64)]).tolist() == [0, 1]


@given(st.lists(st.lists(st.integers(2, 4), max_size=7), max_size=5), st.integers(1, 5))
def test_count_ngrams_equals_the_loop(sequences, order):
    stream = ngram.pad([np.array(s, np.int64) for s in sequences])
    tables = ngram.count_ngrams(stream, order, vocab_size=5)
    for table, grams, expected in zip(
        tables, tuples(tables), grams_of(sequences, order), strict=True
    ):
        counted = dict(zip(grams, table.count.tolist(), strict=True))
        assert {g: n for g, n in counted.items() if n} == expected
        assert len(counted) == len(grams)


@given(st.lists(st.lists(st.integers(2, 4), max_size=7), min_size=1, max_size=5))
def test_count_ngrams_suffix_drops_the_first_word(sequences):
    stream = ngram.pad([np.array(s, np.int64) for s in sequences])
    tables = ngram.count_ngrams(stream, 4, vocab_size=5)
    grams = tuples(tables)
    for k in range(1, 4):
        for row, gram in enumerate(grams[k]):
            assert grams[k - 1][tables[k].suffix[row]] == gram[1:]


def test_maximum_likelihood_by_hand():
    p = ngram.maximum_likelihood(np.array([0, 0, 1]), np.array([3, 1, 2]))
    assert p.tolist() == [0.75, 0.25, 1.0]


def test_add_k_by_hand():
    # History 0 saw words twice and once; 5 words can follow; history 1 saw nothing.
    alpha, backoff = ngram.add_k(np.array([0, 0]), np.array([2, 1]), 2, vocab_size=6, k=1.0)
    assert alpha + backoff[0] / 5 == pytest.approx([3 / 8, 2 / 8])
    assert backoff == pytest.approx([5 / 8, 1])


def test_discounts_by_hand():
    # n1, n2, n3, n4 = 4, 2, 1, 1: Y = 1/2.
    count = np.array([0, 1, 1, 1, 1, 2, 2, 3, 4, 9])
    assert ngram.discounts(count) == pytest.approx([0, 1 - 0.5, 2 - 3 * 0.5 * 0.5, 3 - 4 * 0.5])


@pytest.mark.parametrize("count", [[], [1, 1, 2, 5], [1] * 10 + [2] + [3] * 5 + [4]])
def test_discounts_fall_back_where_a_text_is_too_small(count):
    assert ngram.discounts(np.array(count, np.int64)).tolist() == [0, 0.5, 1, 1.5]


def test_kneser_ney_by_hand():
    discount = np.array([0, 0.5, 0.75, 1.0])
    alpha, backoff = ngram.kneser_ney(np.array([0, 0, 1]), np.array([1, 3, 2]), 3, discount)
    assert alpha == pytest.approx([0.5 / 4, 2 / 4, 1.25 / 2])
    assert backoff == pytest.approx([1.5 / 4, 0.75 / 2, 1])


def test_continuation_counts_give_san_francisco_little():
    """A word that is frequent behind one word only has one continuation."""
    text = " San Francisco" * 9 + " a tea" + " the tea" + " my tea"
    vocabulary = WordVocabulary.build([text], min_count=1)
    tables = ngram.count_ngrams(ngram.pad([vocabulary.encode(text)]), 2, vocabulary.size)
    unigram, bigram = ngram.continuation_counts(tables)
    francisco, tea = vocabulary.encode(" Francisco tea")
    assert (tables[0].count[francisco], tables[0].count[tea]) == (9, 3)
    assert (unigram[francisco], unigram[tea]) == (1, 3)
    assert bigram is tables[1].count


@given(texts, st.integers(2, 4))
def test_continuation_counts_equal_the_loop(texts, order):
    vocabulary = ByteVocabulary()
    sequences = [vocabulary.encode(text) for text in texts]
    tables = ngram.count_ngrams(ngram.pad(sequences), order, vocabulary.size)
    counts = grams_of([s.tolist() for s in sequences], order)
    for k, (found, grams) in enumerate(
        zip(ngram.continuation_counts(tables), tuples(tables), strict=True)
    ):
        for n, gram in zip(found.tolist(), grams, strict=True):
            if k == order - 1 or gram[0] == BOS:
                assert n == counts[k][gram]
            else:
                assert n == sum(longer[1:] == gram for longer in counts[k + 1])


def loop_kneser_ney(sequences, order, vocab_size):
    """p(w | h) by the textbook's recursion over dictionaries."""
    counts = grams_of(sequences, order)
    preceding = [Counter(longer[1:] for longer in counts[k + 1]) for k in range(order - 1)]
    levels = []
    for k in range(order):
        adjusted = {
            gram: n if k == order - 1 or gram[0] == BOS else preceding[k][gram]
            for gram, n in counts[k].items()
        }
        followers = defaultdict(list)
        for gram, n in adjusted.items():
            followers[gram[:-1]].append(n)
        levels.append(
            (adjusted, followers, ngram.discounts(np.array([*adjusted.values()], np.int64)))
        )

    def p(word, history):
        if history is None:
            return 1 / (vocab_size - 1)
        adjusted, followers, d = levels[len(history)]
        shorter = p(word, history[1:] if history else None)
        if history not in followers:
            return shorter
        total = sum(followers[history])
        n = adjusted.get((*history, word), 0)
        taken = sum(d[min(m, 3)] for m in followers[history])
        return (n - d[min(n, 3)]) / total + taken / total * shorter

    return p


@settings(deadline=None)
@given(texts, st.text("abcd ", max_size=6), st.integers(1, 4))
def test_kneser_ney_equals_the_textbook_recursion(texts, context, order):
    vocabulary = ByteVocabulary()
    model = NGram(vocabulary, order).fit(texts)
    p = loop_kneser_ney([vocabulary.encode(t).tolist() for t in texts], order, vocabulary.size)
    ids = vocabulary.encode(context)
    history = tuple([BOS, *ids.tolist()][1 - order :]) if order > 1 else ()
    expected = [0.0] + [p(w, history) for w in range(1, vocabulary.size)]
    assert model.distribution(ids) == pytest.approx(expected, rel=1e-9)


@settings(deadline=None)
@given(texts, st.text("abcd ", max_size=6), st.integers(1, 4), smoothings)
def test_every_distribution_sums_to_one(texts, context, order, smoothing):
    model = NGram(ByteVocabulary(), order, *smoothing).fit(texts)
    p = model.distribution(model.vocabulary.encode(context))
    assert p.sum() == pytest.approx(1, abs=1e-9)
    assert p[BOS] == 0
    assert np.all(p >= 0)


@settings(deadline=None)
@given(texts, st.text("abcd ", max_size=6), st.integers(1, 4), smoothings)
def test_scores_are_those_of_the_distribution(texts, text, order, smoothing):
    model = NGram(ByteVocabulary(), order, *smoothing).fit(texts)
    ids = model.vocabulary.encode(text)
    expected = [
        model.distribution(ids[:t])[target] for t, target in enumerate([*ids.tolist(), EOS])
    ]
    assert 2 ** model.log2_probs(ids) == pytest.approx(expected, rel=1e-9)


def test_maximum_likelihood_model_by_hand():
    model = NGram(VOCABULARY, 2, "mle").fit(TOY)
    after_a = model.distribution(VOCABULARY.encode("a b a"))
    assert after_a[5] == 1.0  # " a" was followed by " b" alone
    start = model.distribution(np.array([], np.int64))
    assert start[3] == 1.0
    assert model.log2_probs(VOCABULARY.encode("a a"))[1] == -math.inf


def test_add_k_model_by_hand():
    model = NGram(VOCABULARY, 2, "add_k", k=0.5).fit(TOY)
    p = model.distribution(VOCABULARY.encode("a"))  # "a" was followed by " b" and " c"
    assert p[1:] == pytest.approx(np.array([0.5, 0.5, 0.5, 0.5, 1.5, 1.5]) / 5)


def test_add_k_at_the_start_of_a_text_uses_the_short_history():
    model = NGram(VOCABULARY, 3, "add_k", k=0.5).fit(TOY)
    p = model.distribution(np.array([], np.int64))  # both texts begin with "a"
    assert p[1:] == pytest.approx(np.array([0.5, 0.5, 2.5, 0.5, 0.5, 0.5]) / 5)


def test_tune_k_returns_the_best_and_all():
    train, valid = ["a b a b a b a c"], ["a b a c a b"]
    ks = [1e-6, 0.01, 10.0]

    def fit(k):
        return NGram(ByteVocabulary(), 2, "add_k", k).fit(train)

    best, bits = ngram.tune_k(fit, valid, ks)
    assert (best, bits) == ngram.tune_k(fit, valid[0], ks)  # one text is not its letters
    assert best == 0.01
    assert len(bits) == 3
    assert bits[1] == min(bits)


def test_sample_follows_the_distribution():
    p = np.array([0, 0.2, 0.5, 0.3])
    generator = np.random.default_rng(0)
    first = [ngram.sample(lambda ids: p, generator, 1) for _ in range(20_000)]
    share = np.bincount([ids[0] if len(ids) else EOS for ids in first], minlength=4) / 20_000
    assert share == pytest.approx(p, abs=4 * math.sqrt(0.25 / 20_000))


def test_sample_stops_at_eos_and_leaves_the_context_out():
    def distribution(ids):
        return np.eye(5)[EOS if len(ids) == 4 else len(ids)]

    drawn = ngram.sample(distribution, np.random.default_rng(0), 10, context=[2, 2])
    assert drawn.tolist() == [2, 3]
    assert ngram.sample(distribution, np.random.default_rng(0), 1, context=[2, 2]).tolist() == [2]


def test_sample_is_the_generators_alone():
    model = NGram(ByteVocabulary(), 3).fit(TOY)
    one, other = (ngram.sample(model.distribution, np.random.default_rng(7), 50) for _ in range(2))
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "order is 1 or more, not 0"),
        ((2, "katz"), "not 'katz'"),
        ((2, "add_k", -1.0), "k is 0 or more, not -1"),
    ],
)
def test_model_refuses_bad_settings(arguments, message):
    with pytest.raises(ValueError, match=message):
        NGram(ByteVocabulary(), *arguments)


def test_model_refuses_to_score_before_it_is_fitted():
    with pytest.raises(ValueError, match="call fit"):
        NGram(ByteVocabulary(), 2).log2_probs(np.array([5]))


@pytest.mark.parametrize("wrong", [258, -1])
def test_model_refuses_ids_that_its_vocabulary_lacks(wrong):
    model = NGram(ByteVocabulary(), 2).fit(TOY)
    with pytest.raises(ValueError, match=f"from 0 to 257, not {wrong}"):
        model.log2_probs(np.array([5, wrong]))
    with pytest.raises(ValueError, match=f"from 0 to 257, not {wrong}"):
        model.distribution(np.array([wrong]))


def test_fit_refuses_no_text():
    with pytest.raises(ValueError, match="at least one text"):
        NGram(ByteVocabulary(), 2).fit([])


def test_one_string_is_one_text():
    one, listed = (NGram(ByteVocabulary(), 2).fit(texts) for texts in ("abab", ["abab"]))
    assert np.array_equal(one.distribution(np.array([2])), listed.distribution(np.array([2])))
    with pytest.raises(ValueError, match="a text is a string"):
        NGram(ByteVocabulary(), 2).fit([1, 2])
