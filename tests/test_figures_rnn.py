"""The figures of the chapter on recurrent networks, moved in a real browser, against Python."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures
from minillm.corpus import BOS, austen
from minillm.figures import recurrence
from minillm.rnn import lstm_cell, lstm_gates

NAMES = ("highway", "gates")
TEXT = '"I am sure of it," said Emma. "Quite sure!" He was silent.'


@pytest.fixture(scope="module")
def data() -> dict:
    """What the figure of the gates mounts."""
    return figures.gates().data


@pytest.fixture(scope="module")
def address(tmp_path_factory, data) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    files = {
        "gates.json.gz": figures.widget.to_json(data),
        "highway.json": figures.widget.to_json(recurrence.highway_data()),
    }
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, files) as served:
        yield served


# The mathematics


def test_forget_gate_is_a_clock(page):
    for bias in (-1.0, 0.0, 2.34, 5.0):
        f = 1 / (1 + np.exp(-bias))
        assert call(page, "highway", "kept", bias, 20) == pytest.approx(f**20, rel=1e-9)
        half = call(page, "highway", "halfLife", bias)
        assert f**half == pytest.approx(0.5, rel=1e-9)
    bias = call(page, "highway", "biasFor", 0.01, 50)
    assert call(page, "highway", "kept", bias, 50) == pytest.approx(0.01, rel=1e-9)
    assert bias == pytest.approx(2.34, abs=0.01)


def test_gates_in_the_page_are_those_of_the_library(page, data):
    """The reference reads with the same rounded weights in float64."""
    table, W_x, W_h = (
        torch.tensor(recurrence.from_bytes(data[name])) for name in ("table", "W_x", "W_h")
    )
    b = torch.tensor(data["b"], dtype=torch.float64)
    script = """async ([data, text]) => {
        const gates = await import('./gates.js'), network = gates.unpack(data);
        const steps = gates.read(network, gates.encode(text));
        return steps.map((s) => Object.fromEntries(Object.entries(s).map(([k, v]) => [k, [...v]])));
    }"""
    ours = page.evaluate(script, [data, TEXT])
    h = c = torch.zeros(1, len(W_h[0]), dtype=torch.float64)
    h, c = lstm_cell(table[[BOS]], h, c, W_x, W_h, b)
    for byte, step in zip(TEXT.encode(), ours, strict=True):
        gates = lstm_gates(table[[byte + 2]], h, W_x, W_h, b)
        h, c = lstm_cell(table[[byte + 2]], h, c, W_x, W_h, b)
        for name, value in zip("ifgohc", (*gates, h, c), strict=True):
            np.testing.assert_allclose(step[name], value[0], rtol=1e-6, atol=1e-6)


def test_rounded_weights_are_those_of_the_model(data):
    net = recurrence.lstm().net
    for name, weight in (("table", net.embedding.weight), ("W_x", net.layers[0].weight_ih_l0)):
        exact = weight.detach().numpy()
        rounded = recurrence.from_bytes(data[name])
        scale = np.abs(exact).max(axis=1, keepdims=True) / 127
        assert np.all(np.abs(rounded - exact) <= 0.51 * scale + 1e-9)


def test_quotations_are_marked_alike(page):
    ids = [byte + 2 for byte in b'a "b c" d "e']
    assert call(page, "gates", "inside", ids) == recurrence.inside_quotes(ids).tolist()
    assert call(page, "gates", "inside", ids) == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1]
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(30), rng.integers(0, 2, 30)
    want = np.corrcoef(x, y)[0, 1]
    assert call(page, "gates", "correlation", x.tolist(), y.tolist()) == pytest.approx(want)
    assert call(page, "gates", "correlation", [1, 1, 1], [0, 1, 1]) == 0


def test_unit_is_the_one_that_follows_quotations_best(data):
    model = recurrence.lstm()
    text = '"Yes," said she. "No."\n' * 6
    ids = model.vocabulary.encode(text)
    unit, r = recurrence.quote_unit(model.net, ids)
    c, inside = recurrence.cells(model.net, ids), recurrence.inside_quotes(ids)
    all_of_them = [np.corrcoef(c[:, k], inside)[0, 1] for k in range(c.shape[1])]
    assert abs(r) == pytest.approx(np.nanmax(np.abs(all_of_them)), abs=1e-4)
    assert all_of_them[unit] == pytest.approx(r, abs=1e-4)
    assert 0 <= data["unit"] < c.shape[1]


def test_texts_are_read_side_by_side_as_each_alone():
    net = recurrence.lstm().net
    rows = np.random.default_rng(0).integers(2, 258, (3, 20))
    alone = [recurrence.cells(net, row) for row in rows]
    np.testing.assert_allclose(recurrence.cells_of_texts(net, rows), alone, atol=1e-4)


def test_separation_counts_pairs():
    """Every pair of a 1 and a 0, one after the other."""
    rng = np.random.default_rng(1)
    values, labels = rng.standard_normal((40, 3)), rng.integers(0, 2, 40).astype(float)
    ones, zeros = values[labels > 0], values[labels == 0]
    want = (ones[:, None] > zeros).mean(axis=(0, 1))
    np.testing.assert_allclose(recurrence.separation(values, labels), want)
    np.testing.assert_allclose(recurrence.separation(labels[:, None] + 0.1 * values, labels), 1)


def test_one_unit_remembers_an_open_quotation():
    """In text that it was neither trained nor chosen on."""
    model = recurrence.lstm()
    rows = np.stack([model.vocabulary.encode(c.text)[:2000] for c in austen("test")[:4]])
    values = recurrence.cells_of_texts(model.net, rows).reshape(-1, model.net.config.hidden)
    inside = np.concatenate([recurrence.inside_quotes(row) for row in rows])
    areas = np.abs(recurrence.separation(values, inside) - 0.5)
    first, second = np.sort(areas)[::-1][:2]
    assert areas.argmax() == figures.gates().data["unit"]
    assert first > 0.48
    assert second < first - 0.1


# The figures


def test_highway_follows_its_sliders(page):
    figure = page.locator("[data-figure=highway]")
    bias, distance = (figure.locator(f"input[data-name={name}]") for name in ("bias", "d"))
    bias.fill("2.34")
    distance.fill("50")
    gate = figure.locator("[data-series=gate]")
    assert float(gate.get_attribute("data-value")) == pytest.approx(0.01, rel=0.02)
    assert "2.34" in figure.locator("[role=status]").inner_text()
    bias.fill("0")
    low = float(figure.locator("[data-series=lstm]").get_attribute("data-value"))
    bias.fill("1")
    assert float(figure.locator("[data-series=lstm]").get_attribute("data-value")) > 1e3 * low
    bias.focus()
    page.keyboard.press("ArrowRight")
    assert "1.01" in figure.locator(".fig-field").first.inner_text()


def test_gates_read_the_readers_sentence(page, data):
    figure = page.locator("[data-figure=gates]")
    sentence = figure.get_by_label("Your sentence")
    sentence.fill('He said "no" twice')
    cells = figure.locator("tbody tr").nth(3).locator("td")
    assert cells.count() == 18
    unit = figure.locator(".fig-words button").first
    number = int(unit.get_attribute("data-unit"))
    unit.click()
    assert figure.get_by_label("Unit", exact=True).input_value() == str(number)
    status = figure.locator("[role=status]")
    r = float(status.get_attribute("data-value"))
    assert r == pytest.approx(float(unit.get_attribute("data-value")), abs=1e-9)
    shown = [float(c.get_attribute("data-value")) for c in cells.all()]
    ids = [byte + 2 for byte in b'He said "no" twice']
    rough = recurrence.cells(recurrence.lstm().net, ids)[:, number]
    assert np.corrcoef(shown, rough)[0, 1] > 0.9  # the page's weights are rounded
    sentence.fill("")
    assert figure.locator("tbody tr").nth(3).locator("td").count() == 0
    figure.get_by_label("Unit", exact=True).fill(str(data["unit"]))
    assert "held-out" in status.inner_text()


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures(data):
    assert figures.highway().data == recurrence.highway_data()
    assert set(data) >= {"table", "W_x", "W_h", "b", "unit"}
    for widget in (figures.highway(), figures.gates()):
        assert stands_alone(widget)


def test_model_is_small():
    assert recurrence.MODEL.stat().st_size < 1e6
