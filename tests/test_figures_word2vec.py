"""The figures of the chapter on word vectors, moved in a real browser and compared with Python."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone
from playwright.sync_api import Page

from minillm import figures, vectors, word2vec

NAMES = ("onehot", "sgns", "wordmap")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the three figures: light.html and dark.html."""
    lexicon, table, _ = vectors.austen()
    data = figures.widget.to_json(figures.vectors.wordmap_data(lexicon, table))
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, {"wordmap.json.gz": data}) as served:
        yield served


@pytest.fixture
def page(light) -> Page:
    """The page, the step at its start."""
    light.page.bring_to_front()
    light.page.get_by_role("button", name="Start again").click()
    light.page.get_by_label("together").check(force=True)
    return light.page


# The mathematics


def test_product_is_that_of_numpy(page):
    rng = np.random.default_rng(0)
    table = rng.standard_normal((6, 4))
    for mode, chosen in (("one", [4]), ("sum", [0, 3, 5]), ("mean", [0, 3, 5]), ("mean", [])):
        hot = np.zeros(6)
        hot[chosen] = 1 / max(len(chosen), 1) if mode == "mean" else 1
        vector = call(page, "onehot", "bag", chosen, 6, mode)
        ours = call(page, "onehot", "product", vector, table.tolist())
        np.testing.assert_allclose(ours, hot @ table, atol=1e-12)


@pytest.mark.parametrize("scale", [0.3, 1, 30])
def test_step_is_that_of_the_library(page, scale):
    rng = np.random.default_rng(1)
    v, pos, negs = (scale * rng.standard_normal(s) for s in ((1, 2), (1, 2), (1, 3, 2)))
    state = {"v": v[0].tolist(), "pos": pos[0].tolist(), "negs": negs[0].tolist()}
    expected = word2vec.sgns_gradients(v, pos, negs)
    ours = call(page, "sgns", "gradients", state)
    for name, gradient in zip(("v", "pos", "negs"), expected, strict=True):
        np.testing.assert_allclose(ours[name], gradient[0], rtol=0, atol=1e-6)
    loss = call(page, "sgns", "loss", state)
    assert loss == pytest.approx(word2vec.sgns_loss(v, pos, negs)[0], abs=1e-6)
    moved = call(page, "sgns", "step", state, 0.3)
    np.testing.assert_allclose(moved["v"], v[0] - 0.3 * expected[0][0], atol=1e-6)
    late = call(page, "sgns", "step", state, 0.3, "contexts")
    after = pos - 0.3 * expected[1], negs - 0.3 * expected[2]
    stale, *_ = word2vec.sgns_gradients(v, *after)
    np.testing.assert_allclose(late["v"], v[0] - 0.3 * stale[0], atol=1e-6)


def test_neighbours_are_those_of_the_library(page):
    rng = np.random.default_rng(2)
    table = rng.standard_normal((40, 5))
    for kind, rows in (("raw", table), ("centred", table - table.mean(0))):
        directions = call(page, "wordmap", "unit", rows.tolist())
        np.testing.assert_allclose(directions, vectors.unit(rows), atol=1e-12)
        ours = call(page, "wordmap", "nearest", directions, 7, 6)
        ids, cosines = word2vec.neighbours(rows, 7, 6)
        assert [i for i, _ in ours] == ids.tolist(), kind
        np.testing.assert_allclose([c for _, c in ours], cosines, atol=1e-6)
        square = vectors.unit(rows) @ vectors.unit(rows).T
        mean = (square.sum() - 40) / (40 * 39)
        assert call(page, "wordmap", "meanCosine", directions) == pytest.approx(mean, abs=1e-9)


# The figures


def test_one_hot_shows_the_slides_and_moves_the_one(page):
    figure = page.locator("[data-figure=onehot]")
    result = figure.locator("output")
    figure.get_by_label("one word").check(force=True)
    figure.get_by_role("button", name="Place 3").click()
    assert json.loads(result.get_attribute("data-value")) == [10, 12, 19]
    figure.get_by_role("button", name="Place 0").press("Enter")
    assert json.loads(result.get_attribute("data-value")) == [17, 24, 1]
    figure.get_by_label("a bag: mean").check(force=True)
    figure.get_by_role("button", name="Place 3").click()
    assert json.loads(result.get_attribute("data-value")) == [13.5, 18, 10]
    assert figure.locator(".fig-lit").count() == 2


def test_step_figure_shows_the_numbers_of_the_chapter(page):
    figure = page.locator("[data-figure=sgns]")
    loss = figure.locator("output.fig-cost")
    assert float(loss.get_attribute("data-value")) == pytest.approx(1.9654, abs=5e-5)
    gradient = figure.locator("[data-gradient]").first.get_attribute("data-gradient")
    np.testing.assert_allclose(json.loads(gradient), [0.0390, -0.2356], atol=5e-5)
    figure.get_by_role("button", name="Step").click()
    assert float(loss.get_attribute("data-value")) == pytest.approx(1.5327, abs=5e-5)
    for _ in range(9):
        figure.get_by_role("button", name="Step").click()
    assert float(loss.get_attribute("data-value")) < 1
    assert "after 10 steps" in loss.inner_text()


def test_vector_is_moved_by_mouse_and_by_arrow_keys(page):
    figure = page.locator("[data-figure=sgns]")
    handle = figure.locator(".fig-handle[data-i='0']")
    handle.scroll_into_view_if_needed()
    box = handle.locator("circle").last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 30, steps=4)
    page.mouse.up()
    dragged = figure.locator(".fig-handle[data-i='0']").get_attribute("aria-label")
    assert not dragged.startswith("v at 1.00, 0.50")
    figure.get_by_role("button", name="Start again").click()
    figure.locator(".fig-handle[data-i='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    moved = figure.locator(".fig-handle[data-i='0']").get_attribute("aria-label")
    assert moved.startswith("v at 1.05, 0.55")


def test_map_shows_the_neighbours_of_the_stored_vectors(page):
    lexicon, table, _ = vectors.austen()
    figure = page.locator("[data-figure=wordmap]")
    rows = table[:2000]
    for kind, shown in (("raw", rows), ("centred", rows - rows.mean(0))):
        figure.get_by_label(kind).check(force=True)
        figure.get_by_label("Word", exact=True).fill("carriage")
        ids, cosines = word2vec.neighbours(shown, lexicon["carriage"], 10)
        buttons = figure.locator(".fig-words button").all()
        assert [int(b.get_attribute("data-id")) for b in buttons] == ids.tolist()
        found = [float(b.get_attribute("data-value")) for b in buttons]
        np.testing.assert_allclose(found, cosines, atol=1e-6)
    figure.locator(".fig-words button").first.click()
    assert figure.get_by_label("Word", exact=True).input_value() == lexicon.words[ids[0]]
    figure.get_by_label("Word", exact=True).fill("zzz")
    figure.get_by_label("Word", exact=True).blur()
    assert "not among" in figure.locator("[role=status]").inner_text()


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    assert figures.onehot().data == {}
    assert figures.sgns(v=[1, 0], pos=[0, 1], negs=[[1, 1]]).data["negs"] == [[1, 1]]
    assert len(figures.wordmap().data["words"]) == 2000
    for widget in (figures.onehot(), figures.sgns(), figures.wordmap()):
        assert stands_alone(widget)
