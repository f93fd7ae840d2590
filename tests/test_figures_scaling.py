"""The figures of the chapter on scaling laws, moved in a real browser, against Python."""

from collections.abc import Iterator

import numpy as np
import pytest
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures
from minillm.figures import scaling as data_of
from minillm.laws import PRINTED, REFIT
from minillm.scaling import chinchilla_loss, fit, law_of, optimum
from minillm.sweep import load

NAMES = ("isoflop", "lawfit")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data_of.files()) as served:
        yield served


# The mathematics


def test_laws_in_the_page_are_those_of_the_library(page):
    rng = np.random.default_rng(0)
    for entry in data_of.isoflop_data()["laws"]:
        law = data_of.Chinchilla(**{name: entry[name] for name in ("E", "A", "B", "a", "b")})
        for C in 10 ** rng.uniform(entry["low"], entry["high"], 3):
            N, D = optimum(law, C)
            assert call(page, "isoflop", "optimum", entry, C) == pytest.approx([N, D], rel=1e-6)
            want = float(chinchilla_loss(law, 3 * N, D / 3))
            assert call(page, "isoflop", "beside", entry, C, 3) == pytest.approx(want, rel=1e-6)


def test_fits_in_the_page_predict_what_the_library_does(page):
    data = data_of.lawfit_data()
    last = data["held_out"]
    for theta in data["pools"][0]["fits"][:3]:
        law = call(page, "lawfit", "lawOf", theta)
        want = float(chinchilla_loss(law_of(np.array(theta)), last["N"], last["D"]))
        assert call(page, "lawfit", "predicted", law, last["N"], last["D"]) == pytest.approx(want)
        best = float(
            chinchilla_loss(law_of(np.array(theta)), *optimum(law_of(np.array(theta)), 1e13))
        )
        assert call(page, "lawfit", "bestLoss", law, 1e13) == pytest.approx(best, rel=1e-6)
    values = np.random.default_rng(1).standard_normal(37)
    for q in (0, 0.1, 0.5, 0.9, 1):
        got = call(page, "lawfit", "quantile", values.tolist(), q)
        assert got == pytest.approx(np.quantile(values, q), abs=1e-9)


def test_survivors_never_saw_a_removed_run(page):
    pools = data_of.lawfit_data()["pools"]
    everything = call(page, "lawfit", "survivors", pools, [])
    assert len(everything) == len(pools[0]["fits"])
    kept = call(page, "lawfit", "survivors", pools, [0])
    want = [f for f, seen in zip(pools[0]["fits"], pools[0]["drawn"], strict=True) if 0 not in seen]
    assert kept == want
    assert 0.2 < len(kept) / len(everything) < 0.55  # (1 - 1/R)^R is 0.37
    newest = list(range(pools[1]["n_runs"], pools[0]["n_runs"]))
    assert call(page, "lawfit", "survivors", pools, newest) in (
        pools[1]["fits"],
        [
            f
            for f, seen in zip(pools[0]["fits"], pools[0]["drawn"], strict=True)
            if not set(seen) & set(newest)
        ],
    )


def test_stored_fit_is_that_of_the_stored_runs():
    """One polish from the stored theta does not find a better law."""
    data = data_of.lawfit_data()
    N, D, loss = (np.array([run[x] for run in data["runs"]], float) for x in ("N", "D", "loss"))
    law = data_of.our_law()
    theta = np.array([np.log(law.A), np.log(law.B), np.log(law.E), law.a, law.b])
    again = fit(N, D, loss, theta[None])
    change = chinchilla_loss(law_of(again), N, D) / chinchilla_loss(law, N, D) - 1
    assert np.abs(change).max() < 2e-3
    assert len(data["runs"]) + 1 == len(load())


# The figures


def test_explorer_follows_budget_size_and_constants(page):
    figure = page.locator("[data-figure=isoflop]")

    def cell(row, i):
        return float(figure.locator(f"tr[data-row={row}] td").nth(i).get_attribute("data-value"))

    figure.get_by_text("as printed", exact=True).click()
    figure.locator("input[data-name=C]").fill("23.76")
    N, D = optimum(PRINTED, 10**23.76)
    assert (cell("best", 0), cell("best", 1)) == (pytest.approx(N), pytest.approx(D))
    figure.get_by_text("refitted", exact=True).click()
    N, D = optimum(REFIT, 10**23.76)
    assert cell("best", 2) == pytest.approx(D / N)
    figure.locator("input[data-name=N]").fill("1")
    assert cell("yours", 0) == pytest.approx(2 * N)
    assert cell("yours", 3) > cell("best", 3)
    figure.locator("input[data-name=C]").focus()
    page.keyboard.press("ArrowRight")
    assert "10^23.77" in figure.locator(".fig-field").first.inner_text()


def test_points_are_removed_and_come_back(page):
    figure = page.locator("[data-figure=lawfit]")

    def value(name):
        return figure.locator(f"td[data-name='{name}']").get_attribute("data-value")

    before = int(value("stored fits"))
    point = figure.locator("[data-run='3']")
    point.focus()
    page.keyboard.press("Enter")
    assert figure.locator("[data-run='3']").get_attribute("aria-pressed") == "true"
    assert int(value("runs in the fit")) == len(data_of.lawfit_data()["runs"]) - 1
    assert int(value("stored fits")) < before
    page.keyboard.press("Enter")
    assert int(value("stored fits")) == before
    figure.locator("input[data-budget]").last.uncheck()
    assert int(value("runs in the fit")) < len(data_of.lawfit_data()["runs"])
    figure.locator("input[data-budget]").last.check()
    assert int(value("stored fits")) == before


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    for widget in (figures.isoflop(), figures.lawfit()):
        assert stands_alone(widget)
    assert figures.isoflop(REFIT).data["laws"][3]["a"] == REFIT.a
