"""Word vectors: by hand, against plain loops, torch's autograd and independent counts."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from repository import ROOT
from torch.nn.functional import embedding, logsigmoid

from minillm import cbow, pmi, relations, sgns, vectors, word2vec
from minillm.lexicon import Lexicon, lower_words

TOY = ["the cat sat", "the dog sat", "my cat ran"]
LEXICON = Lexicon.build(TOY, min_count=1)
V, U_POS = np.array([[1.0, 0.5]]), np.array([[0.4, 0.2]])  # the step that the chapter does by hand
U_NEG = np.array([[[-0.2, 0.8], [0.6, -1.2]]])
ids_and_windows = st.tuples(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 40))


def random_vectors(B=7, K=5, C=4, scale=1.0, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = (B, C), (B, C), (B, K, C)
    return [(scale * rng.standard_normal(shape)).astype(dtype) for shape in shapes]


def autograd(v, u_pos, u_neg):
    """Loss and gradients by torch, from the formula of the paper."""
    tensors = [torch.tensor(array, requires_grad=True) for array in (v, u_pos, u_neg)]
    v, u_pos, u_neg = tensors
    positive = logsigmoid(torch.einsum("bc,bc->b", v, u_pos))
    loss = -positive - logsigmoid(-torch.einsum("bc,bkc->bk", v, u_neg)).sum(1)
    loss.sum().backward()
    return loss.detach().numpy(), [tensor.grad.numpy() for tensor in tensors]


# Words


def test_words_are_lower_case_without_marks():
    assert lower_words("“It’s _Emma_”, said Mr. Knightley's 2 dogs.") == [
        *("it's", "emma", "said", "mr", "knightley's", "dogs")
    ]


def test_lexicon_drops_rare_words_and_keeps_the_order_of_the_rest():
    lexicon = Lexicon.build(["b a b", "a b c"], min_count=2)
    assert lexicon.words == ["b", "a"]
    assert lexicon.counts.tolist() == [3, 2]
    assert lexicon.encode("a c d B").tolist() == [1, 0]
    assert lexicon.encode("").dtype == np.int64
    with pytest.raises(KeyError, match="'c' is not among the 2"):
        lexicon["c"]
    with pytest.raises(ValueError, match="no word occurs 9"):
        Lexicon.build(["a"], min_count=9)


# Lookup

SLIDES = np.array([[17, 24, 1], [23, 5, 7], [4, 6, 13], [10, 12, 19], [11, 18, 25]])


def test_one_hot_product_is_the_row_of_the_slides():
    hot = word2vec.one_hot(np.array([3]), 5)
    assert hot.tolist() == [[0, 0, 0, 1, 0]]
    assert (hot @ SLIDES).tolist() == [[10, 12, 19]]
    assert word2vec.embed(np.array([3]), SLIDES).tolist() == [[10, 12, 19]]


@given(st.lists(st.integers(0, 4), max_size=9))
def test_embed_equals_the_product(ids):
    ids = np.array(ids, np.int64)
    product = word2vec.one_hot(ids, 5) @ SLIDES
    assert np.array_equal(word2vec.embed(ids, SLIDES), product)
    table = torch.tensor(SLIDES, dtype=torch.float32)
    assert np.array_equal(embedding(torch.tensor(ids), table).numpy(), product)


@pytest.mark.parametrize("ids", [[-1], [0, 5], [1.0], [True]])
def test_ids_outside_the_table_are_refused(ids):
    for refuses in (
        lambda: word2vec.embed(np.array(ids), SLIDES),
        lambda: word2vec.one_hot(np.array(ids), 5),
    ):
        with pytest.raises(ValueError, match="ids"):
            refuses()


# Subsampling and noise


def test_subsampling_rules_are_those_of_the_paper_and_of_the_code():
    counts = np.array([50, 10, 1, 939, 0])
    paper = word2vec.keep_probability(counts, 1e-5)
    np.testing.assert_allclose(paper[:3], [0.01414, 0.03162, 0.1], rtol=1e-3)
    code = word2vec.keep_probability(counts, 1e-3, "code")
    np.testing.assert_allclose(code[:3], [0.16142, 0.41623, 1], rtol=1e-4)
    assert paper[4] == code[4] == 1
    with pytest.raises(ValueError, match="'gensim'"):
        word2vec.keep_probability(counts, 1e-3, "gensim")


def test_subsampling_depends_on_shares_not_on_counts():
    counts = np.array([50, 10, 1])
    for rule in ("paper", "code"):
        once, twice = (word2vec.keep_probability(n, 1e-2, rule) for n in (counts, 2 * counts))
        np.testing.assert_allclose(once, twice, rtol=1e-12)


def test_code_rule_agrees_with_gensim():
    gensim = pytest.importorskip("gensim.models", reason="gensim is not installed")
    texts = [text.split() for text in ["a b a c a a", "b a c c a a"] * 20]
    model = gensim.Word2Vec(texts, min_count=1, sample=0.02, seed=1)
    counts = np.array([model.wv.get_vecattr(w, "count") for w in model.wv.index_to_key])
    ints = [model.wv.get_vecattr(w, "sample_int") for w in model.wv.index_to_key]
    keep = word2vec.keep_probability(counts, 0.02, "code")
    np.testing.assert_allclose(keep, np.array(ints) / 2**32, rtol=1e-6)


def test_subsample_keeps_the_order_and_the_shares():
    ids = np.arange(20_000) % 4
    kept = word2vec.subsample(ids, np.array([0, 0.25, 0.5, 1]), np.random.default_rng(0))
    counts = np.bincount(kept, minlength=4)
    assert counts[0] == 0
    assert counts[3] == 5000
    assert abs(counts[1] - 1250) < 5 * np.sqrt(5000 * 0.25 * 0.75)
    order = word2vec.subsample(np.arange(100), np.full(100, 0.5), np.random.default_rng(0))
    assert (np.diff(order) > 0).all()


def test_noise_agrees_with_the_tables_of_the_topic():
    assert word2vec.noise_distribution(np.array([1, 16])).tolist() == [1 / 9, 8 / 9]
    assert word2vec.noise_distribution(np.array([1, 3, 0]), 0).tolist() == [0.5, 0.5, 0]
    with pytest.raises(ValueError, match="at least one count"):
        word2vec.noise_distribution(np.array([0, 0]))


def test_noise_agrees_with_gensim():
    gensim = pytest.importorskip("gensim.models", reason="gensim is not installed")
    model = gensim.Word2Vec([["a"] * 9 + ["b"] * 4 + ["c"]], min_count=1, sample=0, seed=1)
    counts = np.array([model.wv.get_vecattr(w, "count") for w in model.wv.index_to_key])
    cumulated = model.cum_table / model.cum_table[-1]
    ours = np.cumsum(word2vec.noise_distribution(counts))
    np.testing.assert_allclose(ours, cumulated, atol=1e-6)


# Pairs


def loop_pairs(ids, b):
    """Centre and context, by two loops."""
    return Counter(
        (ids[i], ids[j])
        for i in range(len(ids))
        for j in range(len(ids))
        if i != j and abs(i - j) <= b[i]
    )


@given(ids_and_windows)
def test_pairs_equal_the_loop(case):
    ids, window = case
    pairs = word2vec.skipgram_pairs(np.array(ids, np.int64), window)
    assert pairs.dtype == np.int64
    assert Counter(map(tuple, pairs.tolist())) == loop_pairs(ids, [window] * len(ids))


@given(ids_and_windows, st.integers(0, 3))
def test_random_windows_reach_both_ways(case, seed):
    ids, window = case
    b = np.random.default_rng(seed).integers(1, window + 1, size=len(ids))
    array = np.array(ids, np.int64)
    pairs = word2vec.skipgram_pairs(array, window, np.random.default_rng(seed))
    assert Counter(map(tuple, pairs.tolist())) == loop_pairs(ids, b)
    around = cbow.cbow_windows(array, window, np.random.default_rng(seed))
    found = Counter((c, o) for c, row in zip(ids, around.tolist(), strict=True) for o in row)
    assert {pair: n for pair, n in found.items() if pair[1] >= 0} == loop_pairs(ids, b)


def test_distance_d_has_the_weight_of_a_uniform_window():
    pairs = word2vec.skipgram_pairs(np.arange(40_000), 4, np.random.default_rng(0))
    distance = np.bincount(np.abs(pairs[:, 0] - pairs[:, 1]))[1:] / 80_000
    np.testing.assert_allclose(distance, [1, 0.75, 0.5, 0.25], atol=0.01)


def test_pairs_of_the_toy():
    texts = [word2vec.skipgram_pairs(LEXICON.encode(text), 1) for text in TOY]
    assert sum(map(len, texts)) == 12


# Loss and gradients


def test_step_by_hand():
    """The numbers of the chapter; with the new u the first part of the gradient changes sign."""
    assert word2vec.sgns_loss(V, U_POS, U_NEG)[0] == pytest.approx(1.9654, abs=5e-5)
    d_v, d_pos, d_neg = word2vec.sgns_gradients(V, U_POS, U_NEG)
    np.testing.assert_allclose(d_v, [[0.0390, -0.2356]], atol=5e-5)
    np.testing.assert_allclose(d_pos, [[-0.3775, -0.1888]], atol=5e-5)
    np.testing.assert_allclose(d_neg, [[[0.5498, 0.2749], [0.5, 0.25]]], atol=5e-5)
    after = V - 0.5 * d_v, U_POS - 0.5 * d_pos, U_NEG - 0.5 * d_neg
    assert word2vec.sgns_loss(*after)[0] == pytest.approx(1.5327, abs=5e-5)
    stale, *_ = word2vec.sgns_gradients(V, *after[1:])
    np.testing.assert_allclose(stale, [[-0.2633, -0.3476]], atol=5e-5)


@pytest.mark.parametrize("scale", [0.1, 1.0, 6.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_equal_autograd(scale, dtype):
    case = random_vectors(scale=scale, dtype=dtype)
    loss, expected = autograd(*case)
    tolerance = 1e-6 if dtype == np.float64 else 2e-6 * max(1, scale**2)
    np.testing.assert_allclose(word2vec.sgns_loss(*case), loss, rtol=tolerance, atol=tolerance)
    for ours, theirs in zip(word2vec.sgns_gradients(*case), expected, strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def test_wrong_sign_of_the_positive_is_far_from_autograd():
    case = random_vectors()
    _, (_, d_pos, _) = autograd(*case)
    _, ours, _ = word2vec.sgns_gradients(case[0], -case[1], case[2])
    assert np.abs(ours - d_pos).max() > 1e-5


def test_loss_before_the_first_step_is_known_and_extreme_dots_stay_finite():
    zero = np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 5, 2))
    np.testing.assert_allclose(word2vec.sgns_loss(*zero), 6 * np.log(2))
    large = np.array([[1000.0, 0]]), np.array([[-1.0, 0]]), np.array([[[1.0, 0]]])
    assert word2vec.sgns_loss(*large).tolist() == [2000]
    assert all(np.isfinite(part).all() for part in word2vec.sgns_gradients(*large))
    assert word2vec.sigmoid(np.array([-1000.0, 0, 1000])).tolist() == [0, 0.5, 1]


def test_cbow_gradients_equal_autograd_and_are_divided_by_the_window():
    rng = np.random.default_rng(3)
    _, u_pos, u_neg = random_vectors(B=4)
    around, present = rng.standard_normal((4, 6, 4)), rng.random((4, 6)) < 0.5
    present[:, 0] = True
    tensor = torch.tensor(around, requires_grad=True)
    mask = torch.tensor(present)[..., None]
    mean = (tensor * mask).sum(1) / mask.sum(1)
    loss = -logsigmoid((mean * torch.tensor(u_pos)).sum(-1)).sum()
    loss = loss - logsigmoid(-torch.einsum("bc,bkc->bk", mean, torch.tensor(u_neg))).sum()
    loss.backward()
    ours, *_ = cbow.cbow_gradients(around, present, u_pos, u_neg)
    np.testing.assert_allclose(ours, tensor.grad.numpy(), atol=1e-12)
    undivided = ours * present.sum(1)[:, None, None]  # as in the released code
    assert np.abs(undivided - tensor.grad.numpy()).max() > 1e-5


# Training


def test_equal_ids_of_a_batch_add_up():
    table = np.zeros((3, 2))
    gradient = np.array([[1.0, 0], [1, 2], [4, 4]])
    word2vec.descend(table, np.array([1, 1, 0]), gradient, 0.5)
    assert table.tolist() == [[-2, -2], [-1, -1], [0, 0]]
    kept_last = np.zeros((3, 2))
    kept_last[[1, 1, 0]] -= 0.5 * gradient  # the trap: one of two updates is lost
    assert np.abs(kept_last - table).max() > 0.1


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 3))
def test_fast_descent_equals_the_plain_one(ids, seed):
    rng = np.random.default_rng(seed)
    ids, start = np.array(ids), rng.standard_normal((7, 3))
    gradient, plain, fast = rng.standard_normal((len(ids), 3)), start.copy(), start.copy()
    word2vec.descend(plain, ids, gradient, 0.1)
    sgns.descend_sorted(fast, ids, gradient, 0.1)
    np.testing.assert_allclose(fast, plain, atol=1e-12)


def test_train_takes_the_steps_of_autograd():
    """One batch of three pairs, two of them equal, replayed with torch from the same draws."""
    noise, pairs = np.full(5, 0.2), np.array([[0, 1], [0, 1], [2, 3]])
    inputs, outputs = word2vec.train(
        pairs, noise, 4, np.random.default_rng(5), n_negative=2, n_epochs=2, lr=0.5
    )
    rng = np.random.default_rng(5)
    v = torch.tensor((rng.random((5, 4), np.float32) - 0.5) / 4, requires_grad=True)
    u = torch.zeros(5, 4, requires_grad=True)
    for step in (0.5, 0.25):
        centre, context = torch.tensor(rng.permutation(pairs)).T
        negative = torch.tensor(rng.choice(5, (3, 2), p=noise))
        loss = -logsigmoid((v[centre] * u[context]).sum(1)).sum()
        loss = loss - logsigmoid(-(u[negative] @ v[centre][..., None])).sum()
        for table, slope in zip((v, u), torch.autograd.grad(loss, (v, u)), strict=True):
            table.data -= step * slope
    np.testing.assert_allclose(inputs, v.detach().numpy(), atol=1e-6)
    np.testing.assert_allclose(outputs, u.detach().numpy(), atol=1e-6)


def two_worlds(n=300, seed=0):
    """Texts of words 0 to 4, and of words 5 to 9, never mixed."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 5, 8) + 5 * (j % 2) for j in range(n)]


def separation(table):
    """Mean cosine within the worlds above that between them."""
    cosine = vectors.unit(table) @ vectors.unit(table).T
    return (cosine[:5, :5].mean() + cosine[5:, 5:].mean()) / 2 - cosine[:5, 5:].mean()


def test_training_finds_the_two_worlds():
    texts = two_worlds()
    counts = np.bincount(np.concatenate(texts))
    pairs = np.concatenate([word2vec.skipgram_pairs(text, 3) for text in texts])
    noise = word2vec.noise_distribution(counts)
    plain, _ = word2vec.train(pairs, noise, 8, np.random.default_rng(0), n_epochs=2, batch_size=64)
    fast, _ = sgns.train_texts(texts, counts, 8, np.random.default_rng(0), t=1, lr=0.005)
    assert separation(plain) > 0.5
    assert separation(fast) > 0.5


def test_optimum_is_pmi_minus_log_k():
    """Levy & Goldberg (2014): unigram noise, all pairs seen, C large enough."""
    rng = np.random.default_rng(1)
    ids = rng.choice(4, 400, p=[0.4, 0.3, 0.2, 0.1])
    counts = pmi.count_pairs(word2vec.skipgram_pairs(ids, 2), 4)
    row, noise, k = counts.sum(1), counts.sum(0) / counts.sum(), 3
    drawn = k * np.outer(row, noise)
    v, u = np.eye(4), np.zeros((4, 4))  # enough dimensions for each pair to have its own dot
    for _ in range(300):  # the expected gradient of all pairs, scaled by how often they count
        dots = v @ u.T
        slope = drawn * word2vec.sigmoid(dots) - counts * word2vec.sigmoid(-dots)
        u = u - (slope / (drawn + counts)).T @ v
    np.testing.assert_allclose(v @ u.T, pmi.pmi(counts) - np.log(k), atol=1e-6)


# Blocks


def test_block_gradients_are_those_of_its_pairs():
    """Against autograd over a list of pairs, each with all shared negatives at weight k / S."""
    rng = np.random.default_rng(2)
    v, u = rng.standard_normal((2, 3, 4)), rng.standard_normal((2, 5, 4))
    u_neg, paired = rng.standard_normal((6, 4)), rng.random((2, 3, 5)) < 0.4
    tensors = [torch.tensor(array, requires_grad=True) for array in (v, u, u_neg)]
    loss = torch.zeros((), dtype=torch.float64)
    for r, i, j in zip(*paired.nonzero(), strict=True):
        centre = tensors[0][r, i]
        loss = loss - logsigmoid(centre @ tensors[1][r, j])
        loss = loss - 5 / 6 * logsigmoid(-tensors[2] @ centre).sum()
    loss.backward()
    for ours, tensor in zip(sgns.block_gradients(v, u, paired, u_neg, 5), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), atol=1e-12)


def test_blocks_hold_every_pair_once_and_none_across_texts():
    rng = np.random.default_rng(0)
    lengths = [1, 700, 0, 3, 40]
    texts = [rng.integers(0, 50, n) for n in lengths]
    text = np.repeat(np.arange(5), lengths)
    found = Counter()
    for _, centre, around, paired in sgns._blocks(
        np.concatenate(texts), text, 4, np.random.default_rng(7)
    ):
        for r, i, j in zip(*paired.nonzero(), strict=True):
            found[centre[r, i], around[r, j]] += 1
    b = np.random.default_rng(7).integers(1, 5, sum(lengths))
    expected = Counter()
    for number, ids in enumerate(texts):
        expected += loop_pairs(ids.tolist(), b[text == number])
    assert found == expected


def test_training_refuses_what_cannot_work():
    texts, counts = two_worlds(), np.full(10, 240)
    with pytest.raises(ValueError, match="no token is left"):
        sgns.train_texts([], counts, 4, np.random.default_rng(0))
    with pytest.raises(ValueError, match="lr 1e"):
        sgns.train_texts(texts, counts, 4, np.random.default_rng(0), lr=1e30)


def test_same_seed_gives_the_same_vectors():
    texts, counts = two_worlds(20), np.full(10, 16)
    first, second = (
        sgns.train_texts(texts, counts, 4, np.random.default_rng(3), n_epochs=1) for _ in range(2)
    )
    assert np.array_equal(first, second)


# Use

SQUARE = np.array([[1.0, 0], [2, 0.1], [0, 3], [0.1, -1], [0, 0]])


def test_neighbours_compare_directions_and_leave_the_word_out():
    nearest, cosines = word2vec.neighbours(SQUARE, 0, 2)
    assert nearest.tolist() == [1, 3]
    np.testing.assert_allclose(cosines, [0.99875, 0.0995], atol=1e-4)
    scaled = SQUARE * np.array([[10], [1], [0.1], [3], [1]])
    assert word2vec.neighbours(scaled, 0, 4)[0].tolist() == [1, 3, 2, 4]
    same = np.array([[1.0, 0], [1, 0], [1, 0]])
    assert word2vec.neighbours(same, 1, 5)[0].tolist() == [0, 2]
    for i in (-1, 5):
        with pytest.raises(ValueError, match="from 0 to 4"):
            word2vec.neighbours(SQUARE, i, 1)


def test_neighbours_agree_with_gensim():
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    table = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    keyed = models.KeyedVectors(8)
    keyed.add_vectors([str(i) for i in range(50)], table)
    for i in range(50):
        theirs = keyed.most_similar(str(i), topn=5)
        ours, cosines = word2vec.neighbours(table, i, 5)
        assert [str(j) for j in ours] == [word for word, _ in theirs]
        np.testing.assert_allclose(cosines, [cosine for _, cosine in theirs], atol=1e-6)
    for a, b, c in itertools.permutations(range(5), 3):
        best = keyed.most_similar(positive=[str(b), str(c)], negative=[str(a)], topn=1)
        assert word2vec.analogy(table, a, b, c) == int(best[0][0])


def test_analogy_without_exclusion_answers_a_query_word():
    table = np.array([[1.0, 0, 0], [1, 0.3, 0], [0, 0, 1], [0, 0.9, 1]])
    assert word2vec.analogy(table, 0, 1, 2) == 3
    assert word2vec.analogy(table, 0, 1, 2, exclude=False) == 2
    questions = np.array(list(itertools.permutations(range(4), 3)))
    for exclude in (True, False):
        alone = [word2vec.analogy(table, *q, exclude=exclude) for q in questions]
        assert relations.answers(table, questions, exclude).tolist() == alone


def test_reciprocal_ranks_by_hand():
    among = np.array([True, True, True, False, True])
    ranks = relations.reciprocal_ranks(SQUARE, np.array([[0, 2]]), among)
    assert ranks.tolist() == [1 / 2, 1 / 2]


def test_evaluation_files_are_the_ones_that_were_measured():
    for line in (ROOT / "data" / "eval" / "SHA256SUMS").read_text().splitlines():
        sha256, name = line.split()
        content = (ROOT / "data" / "eval" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    assert sum(map(len, relations.analogy_questions().values())) == 19_544
    assert {len(q) for rows in relations.analogy_questions().values() for q in rows} == {4}
    assert set(relations.related_words()) >= {"synonyms", "opposites", "gender", "plural", "past"}


# PMI


def test_pmi_of_the_toy():
    """The toy's table: rare pairs have the largest PMI; the smoothed one is lower."""
    pairs = np.concatenate([word2vec.skipgram_pairs(LEXICON.encode(text), 1) for text in TOY])
    counts = pmi.count_pairs(pairs, LEXICON.size)
    assert np.array_equal(counts, counts.T)
    table = pmi.pmi(counts)
    cat, dog, the = (LEXICON[w] for w in ("cat", "dog", "the"))
    assert table[cat, the] == pytest.approx(np.log(1.5))
    assert table[dog, the] == pytest.approx(np.log(3))
    assert table[cat, dog] == -np.inf
    smooth = pmi.pmi(counts, 0.75)
    assert smooth[dog, the] - np.log(2) == pytest.approx(0.384, abs=5e-4)
    cosine = vectors.unit(counts.astype(float)) @ vectors.unit(counts.astype(float)).T
    assert cosine[cat, dog] == pytest.approx(np.sqrt(0.5))
    assert cosine[the, LEXICON["sat"]] == pytest.approx(1)
    positive = vectors.unit(np.maximum(table, 0))
    assert positive[cat] @ positive[dog] == pytest.approx(0.346, abs=5e-4)


def test_factors_are_the_best_of_their_rank():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((40, 6)) @ rng.standard_normal((6, 40))
    matrix += 0.01 * rng.standard_normal((40, 40))
    left, right = pmi.factorise(matrix, 6, rng)
    u, s, vt = np.linalg.svd(matrix)
    best = (u[:, :6] * s[:6]) @ vt[:6]
    np.testing.assert_allclose(left @ right.T, best, atol=1e-6)


def test_pmi_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="not finite"):
        pmi.factorise(np.array([[-np.inf]]), 1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least one pair"):
        pmi.pmi(np.zeros((2, 2)))
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=f"not {wrong}"):
            pmi.count_pairs(np.array([[0, wrong]]), 3)
