"""The figures of the chapter on model editing, moved in a real browser, against Python."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures
from minillm.editing import rank_one
from minillm.figures import editing as data_of

NAMES = ("memoryedit", "trace", "strength")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data_of.files()) as served:
        yield served


# The mathematics


def test_edits_in_the_page_are_those_of_the_library(page):
    rng = np.random.default_rng(0)
    keys = rng.standard_normal((7, 2))
    C = call(page, "memoryedit", "moment", keys.tolist())
    assert np.allclose(C, keys.T @ keys / 7, atol=1e-6)
    for _ in range(4):
        W, k, v = rng.standard_normal((3, 2)), rng.standard_normal(2), rng.standard_normal(3)
        a = call(page, "memoryedit", "direction", C, k.tolist())
        got = call(page, "memoryedit", "edited", W.tolist(), k.tolist(), v.tolist(), a)
        want = rank_one(*map(torch.tensor, (W, k, v, np.array(C)))).numpy()
        assert np.allclose(got, want, atol=1e-6)
        harm = call(page, "memoryedit", "harm", W.tolist(), got, keys.tolist())
        assert harm == pytest.approx(np.square(keys @ (want - W).T).sum(1).mean(), rel=1e-6)
        z = rng.standard_normal(3)
        p = call(page, "memoryedit", "softmax", z.tolist())
        assert np.allclose(p, torch.tensor(z).softmax(0).numpy(), atol=1e-6)


def test_shares_in_the_page_are_those_of_the_stored_traces(page):
    for trace in data_of.trace_data():
        restored = np.array(trace["restored"])
        want = (restored - trace["corrupted"]) / (trace["clean"] - trace["corrupted"])
        layer, token = np.unravel_index(restored.argmax(), restored.shape)
        assert call(page, "trace", "best", trace) == [layer, token]
        got = call(page, "trace", "share", trace, int(layer), int(token))
        assert got == pytest.approx(want[layer, token], abs=1e-6)


def test_strengths_between_are_interpolated(page):
    data = data_of.strength_data()
    curve = data["edits"][0]["at"]["last"]["efficacy"]
    for x in (0, 0.03, 0.5, 1.37, 2):
        want = np.interp(x, data["strengths"], curve)
        got = call(page, "strength", "between", data["strengths"], curve, x)
        assert got == pytest.approx(want, abs=1e-6)


# The figures


def test_key_moves_by_keyboard_and_slider_and_the_circle_is_worse(page):
    figure = page.locator("[data-figure=memoryedit]")

    def number(key, i):
        row = figure.locator(f"tr[data-key='{key}'] td")
        return float(row.nth(i).get_attribute("data-value"))

    def harm():
        return float(figure.locator(".fig-note").get_attribute("data-harm"))

    assert harm() == pytest.approx(40)
    assert number("the edit", 2) > 0.99
    assert number("(2, 1)", 0) == pytest.approx(1.2)
    figure.get_by_text("a circle, I", exact=True).click()
    assert harm() == pytest.approx(62.5)
    assert number("the edit", 2) > 0.99
    figure.locator("[data-handle=key]").focus()
    page.keyboard.press("ArrowUp")
    assert figure.locator("input[data-name=second]").input_value() == "1.1"
    figure.locator("input[data-name=first]").fill("0")
    figure.locator("input[data-name=second]").fill("0")
    assert "nothing can be stored" in figure.locator(".fig-note").inner_text()


def test_trace_follows_keys_and_the_chosen_fact(page):
    figure = page.locator("[data-figure=trace]")
    traces = data_of.trace_data()
    first = traces[0]
    layer, token = 0, first["span"][1] - 1
    figure.locator(f"[data-cell='{layer},{token}']").focus()
    page.keyboard.press("ArrowUp")
    value = figure.locator("tr[data-row=restored] td").nth(1).get_attribute("data-value")
    assert float(value) == pytest.approx(first["restored"][1][token])
    figure.locator("select").select_option("1")
    value = figure.locator("tr[data-row=clean] td").nth(1).get_attribute("data-value")
    assert float(value) == pytest.approx(traces[1]["clean"])
    assert figure.locator("button").count() == np.size(traces[1]["restored"])


def test_strength_moves_the_bars(page):
    figure = page.locator("[data-figure=strength]")
    edit = data_of.strength_data()["edits"][0]

    def bar(name):
        row = figure.locator(f"tr[data-row={name}] td")
        return float(row.nth(1).get_attribute("data-value"))

    assert bar("efficacy") == pytest.approx(edit["at"]["last"]["efficacy"][0])
    figure.locator("input[data-name=strength]").fill("1")
    assert bar("efficacy") == pytest.approx(edit["at"]["last"]["efficacy"][8])
    figure.get_by_text("the subject", exact=True).click()
    assert bar("person") == pytest.approx(edit["at"]["subject"]["person"][8])


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    for widget in (figures.memoryedit(), figures.trace(), figures.strength()):
        assert stands_alone(widget)
