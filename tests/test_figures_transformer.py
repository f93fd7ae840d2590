"""The figures of the chapter on the Transformer, in a real browser and compared with Python."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures, layers

NAMES = ("rope", "norms")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    data = figures.widget.to_json(figures.stack.norms_data())
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, {"norms.json": data}) as served:
        yield served


def turned(x: list[float], position: int) -> np.ndarray:
    """A vector of four channels, turned by the library in 64 bits."""
    angles = layers.rope_angles(torch.tensor([[position]]), 4)
    return layers.rotate(torch.tensor(x).view(1, 1, 1, 4), *angles).flatten().numpy()


# The mathematics


@pytest.mark.parametrize("position", [0, 1, 7, 24])
def test_turn_is_that_of_the_library(page, position):
    x = np.random.default_rng(position).standard_normal(4).tolist()
    ours = call(page, "rope", "turn", x, position, [1, 0.01], "halves")
    np.testing.assert_allclose(ours, turned(x, position), atol=1e-6)


def test_score_of_both_pairings(page):
    x = [1, 1, 0, 0]
    scores = {
        pairing: [call(page, "rope", "score", x, x, m, n, [1, 0.01], pairing)
                  for m, n in ((0, 0), (3, 0), (24, 21))]
        for pairing in ("halves", "neighbours")
    }  # fmt: skip
    halves = np.cos(3) + np.cos(0.03)
    np.testing.assert_allclose(scores["halves"], [2, halves, halves], atol=1e-9)
    np.testing.assert_allclose(scores["neighbours"], [2, 2 * np.cos(3), 2 * np.cos(3)], atol=1e-9)


def test_positions_that_move_together_keep_their_distance(page):
    assert call(page, "rope", "together", 3, 7, 1) == [7, 5]
    assert call(page, "rope", "together", 3, 0, 1) == [2, 0]  # the key reaches the end first
    assert call(page, "rope", "together", 20, 24, 23) == [21, 24]
    assert [call(page, "rope", "clip", p) for p in (-3, 2.4, 99)] == [0, 2, 24]


@pytest.mark.parametrize("what", ["std", "gradient", "change", "outside"])
def test_lines_and_their_mean_are_those_of_the_stored_runs(page, what):
    data = figures.stack.norms_data()
    rows = [r[what] for r in data["runs"] if (r["kind"], r["depth"]) == ("pre", 16)]
    assert len(rows) == 3
    assert call(page, "norms", "lines", data, "pre", 16, what) == rows
    np.testing.assert_allclose(call(page, "norms", "mean", rows), np.mean(rows, axis=0), rtol=1e-9)


@pytest.mark.parametrize("values", [[0.3, 0.31], [1.0, 6.6], [2e-7, 0.9], [0.0033, 0.0035], [5, 5]])
def test_ticks_enclose_the_values(page, values):
    ticks = call(page, "norms", "ticks", values)
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 9
    assert ticks[0] <= min(values) * (1 + 1e-9)
    assert ticks[-1] >= max(values) * (1 - 1e-9)


# The figures


def test_dial_shows_the_score_and_moves_by_keys(page):
    figure = page.locator("[data-figure=rope]")
    value = figure.locator("output.fig-cost")
    query = figure.locator(".fig-handle[data-which=m]")

    def score() -> float:
        return float(value.get_attribute("data-value"))

    first = score()  # at 3 and 1
    assert first == pytest.approx(np.cos(2) + np.cos(0.02), abs=1e-9)
    query.focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator(".fig-handle[data-which=m]").get_attribute("aria-valuenow") == "4"
    assert score() == pytest.approx(np.cos(3) + np.cos(0.03), abs=1e-9)
    figure.get_by_label("move both together").check()
    figure.locator(".fig-handle[data-which=m]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert figure.locator(".fig-handle[data-which=n]").get_attribute("aria-valuenow") == "6"
    assert score() == pytest.approx(np.cos(3) + np.cos(0.03), abs=1e-9)
    figure.get_by_label("neighbours").check(force=True)
    assert score() == pytest.approx(2 * np.cos(3), abs=1e-9)
    figure.get_by_label("halves").check(force=True)
    figure.get_by_label("move both together").uncheck()


def test_dial_is_dragged(page):
    figure = page.locator("[data-figure=rope]")
    handle = figure.locator(".fig-handle[data-which=n]")
    handle.scroll_into_view_if_needed()
    before = int(handle.get_attribute("aria-valuenow"))
    box = handle.locator(".fig-touch").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=4)
    page.mouse.up()
    after = int(figure.locator(".fig-handle[data-which=n]").get_attribute("aria-valuenow"))
    assert after > before + 2


def test_laboratory_shows_the_stored_means(page):
    figure = page.locator("[data-figure=norms]")
    runs = figures.stack.norms_data()["runs"]
    figure.get_by_label("Residual (solid)").select_option("deepnorm")
    figure.get_by_label("Compared with (dashed)").select_option("none")
    figure.get_by_label("size").check(force=True)
    shown = json.loads(figure.locator(".fig-note").last.get_attribute("data-values"))
    for found, kind in zip(shown, ("none", "deepnorm"), strict=True):
        rows = [r["std"] for r in runs if (r["kind"], r["depth"]) == (kind, 48)]
        np.testing.assert_allclose(found, np.mean(rows, axis=0), rtol=1e-6)
    assert figure.locator(".fig-seed").count() == 6
    figure.locator("input[type=range]").press("Home")
    assert "depth: 2 blocks" in figure.inner_text()
    figure.locator("input[type=range]").press("End")


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    assert figures.rope().data == {}
    assert len(figures.norms().data["runs"]) == 108
    assert figures.norms(runs=[]).data == {"runs": []}
    for widget in (figures.rope(), figures.norms()):
        assert stands_alone(widget)
