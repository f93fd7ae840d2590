"""What is kept of logits, and how it is drawn: by hand, against transformers, by chi-square."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from minillm import decoding
from minillm.decoding import GREEDY, Sampling

INF = math.inf
# Few distinct values, so that ties are frequent; some tokens are forbidden already.
values = st.one_of(
    st.sampled_from([-2.0, -1.0, 0.0, 0.5, 3.0, -INF]),
    st.floats(-50, 50, width=32),
)


@st.composite
def logits(draw, max_size=12):
    """Logits (B, V) with a finite one in each row."""
    B, V = draw(st.integers(1, 3)), draw(st.integers(1, max_size))
    rows = [[draw(values) for _ in range(V)] for _ in range(B)]
    for row in rows:
        row[draw(st.integers(0, V - 1))] = draw(st.floats(-5, 5, width=32))
    return torch.tensor(rows)


def kept(filtered):
    """Ids of the first row that may still come next."""
    return filtered[0].isfinite().nonzero()[:, 0].tolist()


def probabilities(*p):
    """Logits (1, V) of a distribution."""
    return torch.tensor([p]).log()


def equal(a, b):
    """The same bits, minus infinity included."""
    return torch.equal(a, b)


# By hand


def test_greedy_takes_the_smallest_id_of_equals():
    z = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-INF, -INF, 0.0]])
    assert decoding.greedy(z).tolist() == [1, 0, 2]


def test_temperature_by_hand():
    z = probabilities(0.2, 0.8)
    assert decoding.temperature(z, 0.5).softmax(-1)[0, 1] == pytest.approx(0.64 / 0.68)
    assert decoding.temperature(z, 1e6).softmax(-1)[0, 1] == pytest.approx(0.5, abs=1e-5)
    assert equal(decoding.temperature(z, 1.0), z)


@pytest.mark.parametrize("tau", [0, 0.0, 1e-7, 1e-45])
def test_temperature_zero_leaves_the_greedy_choice(tau):
    z = torch.tensor([[1.0, 3.0, 3.0, -INF], [-5.0, -6.0, -7.0, -8.0]])
    expected = [[-INF, 3.0, -INF, -INF], [-5.0, -INF, -INF, -INF]]
    assert decoding.temperature(z, tau).tolist() == expected


def test_top_k_keeps_all_that_equal_the_kth():
    z = torch.tensor([[1.0, 3.0, 2.0, 2.0, 0.0]])
    assert kept(decoding.top_k(z, 1)) == [1]
    assert kept(decoding.top_k(z, 2)) == [1, 2, 3]
    assert kept(decoding.top_k(z, 3)) == [1, 2, 3]
    assert kept(decoding.top_k(z, 4)) == [0, 1, 2, 3]


@pytest.mark.parametrize("k", [5, 6, 1000])
def test_top_k_of_the_vocabulary_or_more_keeps_all(k):
    z = torch.tensor([[1.0, 3.0, 2.0, 2.0, 0.0]])
    assert equal(decoding.top_k(z, k), z)


def test_top_p_keeps_the_token_that_crosses():
    z = probabilities(0.1, 0.5, 0.15, 0.25)
    assert kept(decoding.top_p(z, 0.4)) == [1]
    assert kept(decoding.top_p(z, 0.6)) == [1, 3]
    assert kept(decoding.top_p(z, 0.8)) == [1, 2, 3]
    assert kept(decoding.top_p(z, 0.95)) == [0, 1, 2, 3]


def test_top_p_is_a_cumulative_share_and_no_threshold():
    """Not "every token with probability above p": none of these reaches 0.3."""
    z = probabilities(*[0.1] * 10)
    assert len(kept(decoding.top_p(z, 0.25))) == 3


@pytest.mark.parametrize("p", [0.0, 1e-30, 1e-3])
def test_top_p_tiny_keeps_the_best_alone(p):
    z = torch.tensor([[0.3, 2.0, -1.0, -INF], [1.0, 0.0, -1.0, 4.0]])
    assert (decoding.top_p(z, p).isfinite().sum(-1) == 1).all()
    assert equal(decoding.greedy(decoding.top_p(z, p)), decoding.greedy(z))


def test_top_p_one_keeps_even_what_has_no_probability_left():
    z = torch.tensor([[0.0, -200.0, -INF]])
    assert equal(decoding.top_p(z, 1.0), z)


def test_top_p_breaks_ties_towards_larger_ids():
    assert kept(decoding.top_p(torch.zeros(1, 4), 0.5)) == [2, 3]


@given(logits(), st.floats(0.01, 1))
def test_top_p_set_reaches_p_and_is_the_smallest_that_does(z, p):
    p_all = z.double().softmax(-1)
    inside = decoding.top_p(z, p).isfinite()
    # Rows are compared by size with the shortest prefix of the sorted probabilities.
    for row, chosen in zip(p_all, inside, strict=True):
        total = row[chosen].sum()
        assert total >= p - 1e-6
        if chosen.sum() > 1:
            assert total - row[chosen].min() < p + 1e-6
        if chosen.any() and p < 1:
            assert row[chosen].min() >= row[~chosen].max() if (~chosen).any() else True


def test_min_p_by_hand():
    z = probabilities(0.5, 0.3, 0.15, 0.05)
    assert kept(decoding.min_p(z, 0.2)) == [0, 1, 2]
    assert kept(decoding.min_p(z, 1.0)) == [0]
    assert equal(decoding.min_p(z, 0.0), z)


def test_repetition_penalty_by_hand():
    z = torch.tensor([[2.0, -2.0, 1.0, -INF, 0.0]])
    out = decoding.repetition_penalty(z, torch.tensor([[0, 1, 1, 0, 3, 4]]), 2.0)
    assert out.tolist() == [[1.0, -4.0, 1.0, -INF, 0.0]]


def test_repetition_penalty_does_not_count_padding():
    z = torch.ones(2, 3)
    ids = torch.tensor([[0, 0, 2], [1, 2, 1]])
    mask = torch.tensor([[False, False, True], [True, True, True]])
    out = decoding.repetition_penalty(z, ids, 4.0, mask)
    assert out.tolist() == [[1.0, 1.0, 0.25], [1.0, 0.25, 0.25]]


def test_settings_come_in_the_documented_order():
    """Temperature before top-p: at 0.5 the best alone reaches 0.6, at 1 it does not."""
    z = probabilities(0.5, 0.3, 0.2)
    ids = torch.zeros(1, 0, dtype=torch.int64)
    assert kept(Sampling(temperature=0.5, top_p=0.6).filter(z, ids)) == [0]
    assert kept(Sampling(temperature=1.0, top_p=0.6).filter(z, ids)) == [0, 1]
    # Top-k before top-p: of two that are left the first holds 0.625.
    assert kept(Sampling(top_k=2, top_p=0.6).filter(z, ids)) == [0]


# Bad input


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -0.1}, "not -0.1"),
        ({"temperature": math.nan}, "not nan"),
        ({"temperature": INF}, "not inf"),
        ({"top_k": 0}, "not 0"),
        ({"top_k": -3}, "not -3"),
        ({"top_p": -0.1}, "not -0.1"),
        ({"top_p": 1.1}, "not 1.1"),
        ({"min_p": 2.0}, "not 2.0"),
        ({"min_p": math.nan}, "not nan"),
        ({"repetition_penalty": 0.0}, "not 0.0"),
        ({"repetition_penalty": -1.0}, "not -1.0"),
        ({"repetition_penalty": INF}, "not inf"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Sampling(**settings)


@pytest.mark.parametrize(
    ("row", "shown"), [([-INF, -INF], "-inf"), ([0.0, INF], "inf"), ([0.0, math.nan], "nan")]
)
def test_sample_refuses_a_row_without_a_distribution(row, shown):
    z = torch.tensor([[0.0, 1.0], row])
    with pytest.raises(ValueError, match=f"row 1 is {shown}"):
        decoding.draw(z, torch.Generator().manual_seed(0))


def test_a_draw_without_a_generator_is_refused():
    ids = torch.zeros(1, 1, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"temperature 1.0 needs a generator"):
        Sampling().choose(torch.zeros(1, 3), ids)


@pytest.mark.parametrize(
    "sampling", [GREEDY, Sampling(), Sampling(1.5, 0.7, 3, 0.9, 0.1), Sampling(top_k=1)]
)
def test_one_token_vocabulary_gives_that_token(sampling):
    generator = torch.Generator().manual_seed(0)
    z, ids = torch.tensor([[-3.0], [2.0]]), torch.zeros(2, 4, dtype=torch.int64)
    assert sampling.choose(z, ids, generator=generator).tolist() == [0, 0]


def test_inputs_stay_as_they_are():
    z = torch.randn(2, 9, generator=torch.Generator().manual_seed(0))
    before, ids = z.clone(), torch.tensor([[1, 2], [3, 4]])
    Sampling(1.3, 0.7, 4, 0.8, 0.2).choose(z, ids, generator=torch.Generator().manual_seed(0))
    Sampling(1.3, 0.0).choose(z, ids)
    assert equal(z, before)


# Against transformers, bit by bit


@given(logits(), st.floats(1e-3, 100))
def test_temperature_equals_transformers(z, tau):
    assert equal(decoding.temperature(z, tau), TemperatureLogitsWarper(tau)(None, z))


@given(logits(), st.integers(1, 15))
def test_top_k_equals_transformers(z, k):
    assert equal(decoding.top_k(z, k), TopKLogitsWarper(k)(None, z))


@given(logits(), st.one_of(st.floats(0, 1, exclude_max=True), st.sampled_from([0.25, 0.5, 0.9])))
def test_top_p_equals_transformers(z, p):
    assert equal(decoding.top_p(z, p), TopPLogitsWarper(p)(None, z))


@given(logits(), st.floats(1e-9, 1))
def test_min_p_equals_transformers(z, p):
    assert equal(decoding.min_p(z, p), MinPLogitsWarper(p)(None, z))


@given(logits(), st.data(), st.floats(0.1, 10))
def test_repetition_penalty_equals_transformers(z, data, penalty):
    B, V = z.shape
    T = data.draw(st.integers(1, 6))
    rows = st.lists(st.integers(0, V - 1), min_size=T, max_size=T)
    ids = torch.tensor(data.draw(st.lists(rows, min_size=B, max_size=B)))
    padding = torch.tensor(data.draw(st.lists(st.integers(0, T - 1), min_size=B, max_size=B)))
    mask = torch.arange(T) >= padding[:, None]
    theirs = RepetitionPenaltyLogitsProcessor(penalty, prompt_ignore_length=padding)
    assert equal(decoding.repetition_penalty(z, ids, penalty, mask), theirs(ids, z))


@given(
    logits(),
    st.floats(0.5, 2),
    st.floats(0.1, 5),
    st.integers(1, 12),
    st.floats(0, 1, exclude_max=True),
    st.floats(1e-6, 1),
)
def test_all_settings_together_equal_transformers(z, penalty, tau, k, p, least):
    ids = torch.zeros(len(z), 2, dtype=torch.int64)
    theirs = LogitsProcessorList(
        [
            RepetitionPenaltyLogitsProcessor(penalty),
            TemperatureLogitsWarper(tau),
            TopKLogitsWarper(k),
            TopPLogitsWarper(p),
            MinPLogitsWarper(least),
        ]
    )
    ours = Sampling(penalty, tau, k, p, least).filter(z, ids)
    assert equal(ours, theirs(ids, z))


def test_filters_equal_transformers_on_a_large_vocabulary():
    z = 3 * torch.randn(4, 50_000, generator=torch.Generator().manual_seed(1))
    assert equal(decoding.top_k(z, 50), TopKLogitsWarper(50)(None, z))
    assert equal(decoding.top_p(z, 0.9), TopPLogitsWarper(0.9)(None, z))
    assert equal(decoding.min_p(z, 0.05), MinPLogitsWarper(0.05)(None, z))


# Distributions by chi-square

Z = [1.0, 0.2, -0.5, 2.0, 0.2, -3.0, -INF]


def chi_square(counts, p):
    """Pearson's statistic of `counts` (V,) and its degrees of freedom; what has p = 0 is absent."""
    possible = p > 0
    assert counts[~possible].sum() == 0
    expected = counts.sum() * p[possible]
    statistic = ((counts[possible] - expected) ** 2 / expected).sum()
    return float(statistic), int(possible.sum()) - 1


def bound(df, z=4.0):
    """Chi-square that a right distribution exceeds once in 30,000 seeds (Wilson, Hilferty 1931)."""
    return df * (1 - 2 / (9 * df) + z * math.sqrt(2 / (9 * df))) ** 3


def drawn(sampling, seed=0, n=40_000):
    """Counts (V,) of draws behind the text 0, 2 with the logits `Z`."""
    z = torch.tensor(Z).expand(n, -1)
    ids = torch.tensor([[0, 2]]).expand(n, -1)
    chosen = sampling.choose(z, ids, None, torch.Generator().manual_seed(seed))
    return chosen.bincount(minlength=len(Z)).double()


def analytic(*kept_ids, tau=1.0, z=Z):
    """Softmax of some logits in plain Python."""
    weights = [math.exp(z_i / tau) if i in kept_ids else 0.0 for i, z_i in enumerate(z)]
    return torch.tensor([w / sum(weights) for w in weights], dtype=torch.float64)


PENALISED = [1.0 / 1.5, 0.2, -0.5 * 1.5, *Z[3:]]
# p of Z: 0.189, 0.085, 0.042, 0.514, 0.085, 0.003 (in the order of ids)
DISTRIBUTIONS = {
    "pure": (Sampling(), analytic(0, 1, 2, 3, 4, 5)),
    "cold": (Sampling(temperature=0.5), analytic(0, 1, 2, 3, 4, 5, tau=0.5)),
    "hot": (Sampling(temperature=3.0), analytic(0, 1, 2, 3, 4, 5, tau=3.0)),
    "top-k": (Sampling(top_k=2), analytic(0, 3)),
    "top-k with a tie": (Sampling(top_k=3), analytic(0, 1, 3, 4)),
    "top-p": (Sampling(top_p=0.8), analytic(0, 3, 4)),
    "min-p": (Sampling(min_p=0.1), analytic(0, 1, 3, 4)),
    "penalty": (Sampling(1.5), analytic(0, 1, 2, 3, 4, 5, z=PENALISED)),
    "all": (Sampling(1.5, 2.0, 5, 0.9, 0.3), analytic(0, 1, 3, 4, tau=2.0, z=PENALISED)),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_follow_the_analytic_distribution(name):
    sampling, p = DISTRIBUTIONS[name]
    statistic, df = chi_square(drawn(sampling), p)
    assert statistic < bound(df)


def test_chi_square_notices_a_wrong_temperature():
    statistic, df = chi_square(drawn(Sampling(temperature=1.05)), analytic(0, 1, 2, 3, 4, 5))
    assert statistic > bound(df)


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(top_k=1), Sampling(top_p=1e-9)])
def test_draws_of_what_leaves_one_token_are_greedy(sampling):
    assert drawn(sampling, n=100).tolist() == [0, 0, 0, 100, 0, 0, 0]


def test_the_same_seed_gives_the_same_draws():
    assert equal(drawn(Sampling(), seed=3), drawn(Sampling(), seed=3))
    assert not equal(drawn(Sampling(), seed=3), drawn(Sampling(), seed=4))
