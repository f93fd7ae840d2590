"""Scaling laws: by hand on the toy, against loops and brute force, planted constants found."""

import csv
import json
import math
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minillm import scaling, sweep
from minillm.allocation import serving_optimum, worth
from minillm.corpus import DATA
from minillm.laws import KAPLAN, PRINTED, REFIT, SOURCE, Chinchilla
from minillm.scaling import (
    DELTA,
    bootstrap,
    chinchilla_loss,
    fit,
    grid,
    isoflop_minimum,
    kaplan_loss,
    objective,
    optimum,
    polish,
    predict,
    tensors,
)

TOY = Chinchilla(E=1, A=10, B=20, a=0.5, b=0.5)
laws = st.builds(
    Chinchilla,
    E=st.floats(0.1, 3),
    A=st.floats(1, 1e4),
    B=st.floats(1, 1e4),
    a=st.floats(0.1, 1),
    b=st.floats(0.1, 1),
)


def theta_of(law):
    return np.array([math.log(law.A), math.log(law.B), math.log(law.E), law.a, law.b])


def planted(law=REFIT, R=48, noise=0.003, seed=0):
    rng = np.random.default_rng(seed)
    N, D = 10 ** rng.uniform(7.8, 10.2, R), 10 ** rng.uniform(9.4, 11.5, R)
    return N, D, chinchilla_loss(law, N, D) * np.exp(noise * rng.standard_normal(R))


@cache
def fitted(noise=0.003):
    return fit(*planted(noise=noise), grid())


def plain_objective(theta, N, D, loss):
    """Run by run, from the definition."""
    log_A, log_B, log_E, a, b = theta
    total = 0.0
    for n, d, y in zip(N, D, loss, strict=True):
        law = math.exp(log_E) + math.exp(log_A) * n**-a + math.exp(log_B) * d**-b
        r = abs(math.log(law) - math.log(y))
        total += r * r / 2 if r <= DELTA else DELTA * (r - DELTA / 2)
    return total


# The laws


def test_the_toy_is_the_table_that_the_chapter_prints():
    table = chinchilla_loss(TOY, np.array([[25], [100], [400], [1600]]), np.array([100, 400, 1600]))
    want = [[5, 4, 3.5], [4, 3, 2.5], [3.5, 2.5, 2], [3.25, 2.25, 1.75]]
    assert np.allclose(table, want, rtol=1e-14)


def test_large_whole_numbers_and_infinity_are_allowed():
    assert chinchilla_loss(TOY, 10**26, 10**26) == pytest.approx(1 + 3e-12, rel=1e-12)
    assert chinchilla_loss(TOY, np.inf, np.inf) == 1
    assert kaplan_loss(KAPLAN, np.inf, 1e9) == pytest.approx((1.8e13 / 1e9) ** 0.103)
    assert kaplan_loss(KAPLAN, 10**26, np.inf) == pytest.approx((6.4e13 / 1e26) ** 0.076)


def test_kaplan_is_the_paper_s_formula_and_not_with_its_exponents_swapped():
    N, D = 1.3e9, 2.2e10
    want = ((6.4e13 / N) ** (0.076 / 0.103) + 1.8e13 / D) ** 0.103
    swapped = ((6.4e13 / N) ** (0.103 / 0.076) + 1.8e13 / D) ** 0.103
    assert kaplan_loss(KAPLAN, N, D) == pytest.approx(want, rel=1e-13)
    assert abs(swapped - want) > 0.1


@given(laws, st.floats(1e3, 1e12), st.floats(1e3, 1e12))
def test_loss_falls_with_each_of_the_two(law, N, D):
    for loss, rule in ((chinchilla_loss, law), (kaplan_loss, KAPLAN)):
        assert loss(rule, 2 * N, D) < loss(rule, N, D)
        assert loss(rule, N, 2 * D) < loss(rule, N, D)


# The optimum


@pytest.mark.parametrize(("C", "N", "D"), [(240_000, 100, 400), (3.84e6, 400, 1600)])
def test_optimum_of_the_toy(C, N, D):
    assert optimum(TOY, C) == (pytest.approx(N), pytest.approx(D))


@given(laws, st.floats(1e9, 1e26))
def test_optimum_meets_its_conditions_and_beats_2000_other_sizes(law, C):
    N, D = optimum(law, C)
    assert pytest.approx(C, rel=1e-9) == 6 * N * D
    assert law.a * law.A / N**law.a == pytest.approx(law.b * law.B / D**law.b, rel=1e-6)
    others = N * np.logspace(-3, 3, 2000)
    best = chinchilla_loss(law, N, D)
    assert (chinchilla_loss(law, others, C / (6 * others)) >= best * (1 - 1e-12)).all()


def test_three_versions_of_one_fit_give_three_ratios():
    """FACTS: 93, 59 and 18 tokens per parameter at Chinchilla's compute, and not 20."""
    ratios = []
    for law in (PRINTED, SOURCE, REFIT):
        N, D = optimum(law, 5.76e23)
        ratios.append(float(D / N))
    assert ratios == pytest.approx([92.6, 59.1, 18.4], abs=0.06)
    losses = [chinchilla_loss(law, 7e10, 1.4e12) for law in (PRINTED, SOURCE, REFIT)]
    assert losses == pytest.approx([1.937, 1.921, 1.974], abs=6e-4)


# What is left over from training: use and repetition


@pytest.mark.parametrize(("served", "N", "D"), [(0, 400, 1600), (16_000, 208, 4243)])
def test_serving_wants_a_smaller_model_and_more_text(served, N, D):
    assert serving_optimum(TOY, 2.0, served) == (pytest.approx(N, rel=3e-3), pytest.approx(D, 1e-3))


@given(laws, st.floats(0, 1e13))
def test_serving_optimum_is_cheaper_than_its_neighbours_at_equal_loss(law, served):
    loss = law.E + 0.2
    N, D = serving_optimum(law, loss, served)
    assert chinchilla_loss(law, N, D) == pytest.approx(loss, rel=1e-9)
    cost = 6 * N * D + 2 * N * served
    for factor in (0.99, 1.01):
        other = factor * N
        room = loss - law.E - law.A / other**law.a
        if room > 0:
            other_D = (law.B / room) ** (1 / law.b)
            assert 6 * other * other_D + 2 * other * served >= cost * (1 - 1e-9)


def test_serving_refuses_a_loss_that_no_model_reaches():
    with pytest.raises(ValueError, match="above E = 1"):
        serving_optimum(TOY, 1.0, 0)


def test_repeated_text_is_worth_less_and_less():
    got = worth(1.0, np.array([1, 4, 16, 40, 1e9]))
    assert got == pytest.approx([1, 3.73, 10.58, 15.17, 16.39], abs=0.01)
    with pytest.raises(ValueError, match="once or more"):
        worth(1.0, 0.5)


# Parabolas


def test_a_parabola_returns_the_centre_of_what_is_symmetric_in_ln_N():
    N = np.array([25, 50, 100, 200, 400.0])
    loss = chinchilla_loss(TOY, N, 40_000 / N)
    assert isoflop_minimum(N, loss) == pytest.approx(100, rel=1e-6)
    # In N instead of ln N the same runs give almost the double.
    curvature, slope, _ = np.polyfit(N, loss, 2)
    assert -slope / (2 * curvature) == pytest.approx(192.6, abs=0.1)


def test_a_grid_beside_the_optimum_is_biased():
    N = np.array([100, 200, 400, 800.0])
    assert isoflop_minimum(N, chinchilla_loss(TOY, N, 40_000 / N)) == pytest.approx(107, abs=1)


@pytest.mark.parametrize(
    ("N", "loss", "message"),
    [
        ([1, 2, 4], [3, 2, 1.5], "outside the sizes"),
        ([1, 2, 4], [1, 2, 1], "opens downwards"),
        ([1, 2, 2], [1, 2, 1], "three sizes"),
        ([1e6, 2e6, 4e6], [2.3, 2.3, 2.3], "flat"),
        (np.geomspace(1e6, 1e9, 30), np.full(30, 1.1), "flat"),
        ([1, 2, 4], [0, 0, 0], "flat"),
    ],
)
def test_a_minimum_that_was_not_seen_is_refused(N, loss, message):
    with pytest.raises(ValueError, match=message):
        isoflop_minimum(np.array(N), np.array(loss))


# The fit


def test_objective_is_the_sum_of_its_definition_over_runs():
    runs = planted(noise=0.02)
    theta = theta_of(REFIT)
    got = float(objective(*tensors(theta, *runs)))
    assert got == pytest.approx(plain_objective(theta, *runs), rel=1e-9)
    twice = [np.concatenate([x, x]) for x in runs]
    assert float(objective(*tensors(theta, *twice))) == pytest.approx(2 * got)


def test_objective_takes_many_thetas_at_once():
    runs = planted(R=9)
    thetas = np.random.default_rng(1).uniform(0, 2, (2, 3, 5))
    got = objective(*tensors(thetas, *runs))
    assert got.shape == (2, 3)
    assert float(got[1, 2]) == pytest.approx(plain_objective(thetas[1, 2], *runs))


def test_objective_stays_finite_and_has_a_gradient():
    theta = torch.tensor([800.0, 5, 0, 0.3, 0.3], dtype=torch.float64, requires_grad=True)
    value = objective(theta, *tensors(*planted(R=8)))
    value.backward()
    assert value.isfinite()
    assert theta.grad.isfinite().all()
    start = torch.tensor(theta_of(REFIT), requires_grad=True)
    assert torch.autograd.gradcheck(objective, (start, *tensors(*planted(R=8, noise=0.05))))


def test_a_run_far_off_counts_little():
    """Huber: 0.1 costs 9.95e-5 where its half square is 5e-3; 0.0005 costs its half square."""
    theta = theta_of(TOY)
    for factor, cost in ((math.exp(0.1), 9.95e-5), (math.exp(0.0005), 1.25e-7)):
        runs = np.array([100.0]), np.array([400.0]), np.array([3.0 * factor])
        assert float(objective(*tensors(theta, *runs))) == pytest.approx(cost, rel=1e-6)


def test_fit_finds_planted_constants_where_nothing_is_noisy():
    assert fitted(0) == pytest.approx(theta_of(REFIT), rel=2e-3)


def test_fit_is_that_of_an_independent_search_in_two_numbers():
    """With a and b given the law is linear in E, A, B: least squares, and a grid of a and b."""
    N, D, loss = planted(noise=0)
    best = (np.inf, 0.0, 0.0)
    for a in np.arange(0.30, 0.40, 0.002):
        for b in np.arange(0.30, 0.42, 0.002):
            columns = np.stack([np.ones_like(N), N**-a, D**-b], axis=1) / loss[:, None]
            scale = np.abs(columns).max(0)
            solved, *_ = np.linalg.lstsq(columns / scale, np.ones_like(loss))
            best = min(best, (float(((columns / scale @ solved - 1) ** 2).sum()), a, b))
    assert fitted(0)[3:] == pytest.approx(best[1:], abs=0.002)


def test_fit_ignores_the_order_of_runs_and_three_that_went_wrong():
    N, D, loss = planted()
    order = np.random.default_rng(2).permutation(len(N))
    theta = fitted()
    assert fit(N[order], D[order], loss[order], grid()) == pytest.approx(theta, rel=1e-2)
    spoiled = loss.copy()
    spoiled[[3, 20, 40]] *= 1.3
    assert fit(N, D, spoiled, grid())[3:] == pytest.approx(theta[3:], abs=0.02)


def test_one_start_is_not_enough():
    """A single point of the grid ends in a worse minimum than the best of ten."""
    runs = planted()
    value = float(objective(*tensors(fitted(), *runs)))
    alone = polish(np.array([0, 0, -1, 2.0, 2.0]), *runs)[1]
    assert alone > 10 * value


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0, -1])
def test_a_run_without_a_loss_is_named(bad):
    N, D, loss = planted(R=8)
    loss[5] = bad
    with pytest.raises(ValueError, match="run 5"):
        fit(N, D, loss, grid())
    with pytest.raises(ValueError, match="five runs"):
        fit(N[:4], D[:4], np.ones(4), grid())


def test_intervals_hold_what_was_planted_about_as_often_as_they_say():
    inside = 0
    for seed in range(6):
        runs = planted(R=30, noise=0.005, seed=seed)
        theta = polish(theta_of(REFIT), *runs)[0]
        fits = bootstrap(*runs, theta, 20, np.random.default_rng(seed))
        low, high = np.quantile(fits, [0.05, 0.95], axis=0)
        inside += int(((low <= theta_of(REFIT)) & (theta_of(REFIT) <= high)).sum())
    assert inside >= 20  # of 30


def test_bootstrap_follows_its_generator_and_spreads():
    runs = planted(R=20, noise=0.01)
    theta = polish(theta_of(REFIT), *runs)[0]
    first, again = (bootstrap(*runs, theta, 6, np.random.default_rng(3)) for _ in range(2))
    assert first.shape == (6, 5)
    assert (first == again).all()
    assert (first.std(0) > 0).all()


def test_predict_leaves_as_much_out_below_as_above():
    fits = np.stack([theta_of(replace(TOY, E=E)) for E in np.linspace(1, 2, 11)])
    low, high = predict(fits, 100.0, 400.0, 0.8)
    assert (low, high) == (pytest.approx(3.1), pytest.approx(3.9))
    low, high = predict(fits, np.array([100.0, 400.0]), 400.0)
    assert low.shape == high.shape == (2,)


def test_a_law_without_floor_predicts_less_than_the_world_allows():
    """The line through ln C, ln L of the toy's optima undercuts E = 1."""
    C = 240_000 * 16.0 ** np.arange(3)
    loss = chinchilla_loss(TOY, *optimum(TOY, C))
    slope, level = np.polyfit(np.log(C), np.log(loss), 1)
    assert math.exp(level + slope * math.log(C[-1] * 16**4)) < TOY.E
    assert [x - 1 for x in loss] == pytest.approx([2, 1, 0.5])


# Points of others, and the course's own


@pytest.mark.parametrize("names", [("N", "D", "loss"), ("Model Size", "Training FLOP", "loss")])
def test_points_come_from_a_file_in_either_form(tmp_path, names):
    N, D, loss = planted(R=12)
    path = tmp_path / "points.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(zip(N, D if names[1] == "D" else 6 * N * D, loss, strict=True))
        writer.writerow([1e9, 1e20, ""])
    for got, want in zip(sweep.load_points(path), (N, D, loss), strict=True):
        assert got == pytest.approx(want)


def test_points_without_their_columns_are_refused(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("size,loss\n1,2\n")
    with pytest.raises(ValueError, match="needs the columns N, D, loss"):
        sweep.load_points(path)


def test_the_sweep_is_as_large_as_the_chapter_says():
    runs = sweep.load(seed=None)
    levels = {round(math.log2(6 * run["N"] * run["D"] / 2e11)) for run in runs}
    assert len(runs) >= 40
    assert len(sweep.load("tune")) >= 10
    assert len({run["N"] for run in runs}) >= 5
    assert len(levels) >= 6
    assert all(run["unique"] == run["D"] for run in runs)
    floor = sweep.stored()["floor"]
    assert min(run["bits_per_byte"] for run in runs) > floor["bits_per_byte"]
    assert len(sweep.load()) < len(runs)
    with pytest.raises(ValueError, match="no runs of 'shakespeare'"):
        sweep.load("shakespeare")


def test_the_sweep_compares_like_with_like():
    """On one line of compute the largest budget differs from the smallest by rounding alone."""
    lines = {}
    for run in sweep.load():
        C = 6 * run["N"] * run["D"]
        lines.setdefault(round(math.log2(C / 2e11), 1), []).append(C)
    for line in lines.values():
        assert max(line) / min(line) < 1.01
    assert all(low < high for low, high in pairwise(sorted(lines)))


def test_grid_is_that_of_the_paper():
    assert grid().shape == (4500, 5)
    assert scaling.grid().max(0).tolist() == [25, 25, 1, 2, 2]


def test_the_fit_of_the_published_points_is_the_published_refit():
    """Stored by `tools.chinchilla_points`; the standard errors are those of Besiroglu et al."""
    stored = json.loads((DATA / "results" / "chinchilla_points.json").read_text())
    assert not stored["about"]["commit"].endswith("dirty")
    assert stored["n_points"] - stored["left_out"]["n"] == 240
    ours, refit = (stored["without"][name] for name in ("ours", "refitted"))
    assert refit["theta"] == pytest.approx(theta_of(REFIT), abs=1e-6)
    assert ours["objective"] < refit["objective"] < 1.01 * ours["objective"]
    errors = {"E": 0.03, "A": 124.6, "B": 1293, "a": 0.02, "b": 0.02}
    found = scaling.law_of(np.array(ours["theta"]))
    for name, error in errors.items():
        assert abs(getattr(found, name) - getattr(REFIT, name)) < error / 10
        assert 0.7 < stored["bootstrap"]["deviation"][name] / error < 1.4
    low, _, high = stored["bootstrap"]["ratio"]
    assert low < 20 < high < stored["without"]["source"]["ratio"]
    assert stored["left_out"]["are_the_fewest_tokens_per_parameter"]
    assert stored["without"]["printed"]["objective"] > 4 * ours["objective"]
    assert 6 < stored["all"]["ratio"] < 8
