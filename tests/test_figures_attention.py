"""The figures on attention in a real browser, and the mini-LLM in the page against Python."""

import json
import math
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
import torch
from browsing import Visit
from figure_pages import figure_pages, in_each_look, problems, stands_alone
from playwright.sync_api import Page

from minillm import figures
from minillm.attention import causal_mask, mask_bias, scaled_dot_product_attention
from minillm.export import PAGE as MODEL
from minillm.export import austen_page
from minillm.language_model import LanguageModel

NAMES = ("attending", "blocks", "heads")
SENTENCE = "Elizabeth was glad, and Elizabeth said that naïve Mr. Bennet\nwas — surprised."
# Names of the page's tensors for one token, and what Python's forward pass puts there.
TRACE = """async (text) => {
  const m = await import("./minillm.js");
  const model = m.openModel(await m.fetchModel("data/mini_llm_austen.bin"));
  const traces = m.read(model, m.newState(model), m.toIds(model, text));
  const flat = (f) => traces.map((t) => [...f(t)]);
  return { ids: traces.map((t) => t.id), embedding: flat((t) => t.embedding),
    layers: model.config.n_layers, logits: flat((t) => t.logits), last: flat((t) => t.last),
    q: flat((t) => t.layers[1].attention.q), k: flat((t) => t.layers[1].attention.k),
    v: flat((t) => t.layers[1].attention.v), seen: flat((t) => t.layers[1].attention.seen),
    out: flat((t) => t.layers[1].attention.out), hidden: flat((t) => t.layers[1].feed.hidden),
    x: flat((t) => t.layers[1].x),
    scores: traces.map((t) => t.layers[1].attention.scores.map((s) => [...s])),
    weights: traces.map((t) => t.layers[1].attention.weights.map((s) => [...s])) };
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    data = {MODEL.name: MODEL.read_bytes()}
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data) as served:
        yield served


def with_model(visit: Visit) -> Visit:
    """The visit, once the model of its page is loaded."""
    visit.page.get_by_role("button", name="Load the model").click()
    visit.page.wait_for_selector(".fig-sentence button")
    return visit


@pytest.fixture(scope="module")
def light(open_page) -> Visit:
    """The page of figures in the light, its model loaded."""
    return with_model(open_page("light"))


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    """The stored model with the page's weights to the last bit, by the plain formulas."""
    return austen_page(torch.float64, fused=False)


def float64_angles(positions: torch.Tensor, D: int, theta: float) -> tuple:
    """`minillm.layers.rope_angles` in float64, where the library takes float32."""
    rates = theta ** -(torch.arange(0, D, 2, dtype=torch.float64) / D)
    angles = positions.view(len(positions), -1, 1, 1, 1) * rates
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


@torch.no_grad()
def python_trace(model: LanguageModel, ids: list[int]) -> dict[str, torch.Tensor]:
    """What Python's forward pass has in block 1, and at both ends."""
    found: dict[str, torch.Tensor] = {}
    net, calls = model.net, []

    def watched(q, k, v, bias=None):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        calls.append((q, k, v, scores, (scores + bias).softmax(-1)))
        return scaled_dot_product_attention(q, k, v, bias)

    def keep(name):
        return lambda module, given, result: found.__setitem__(name, result[0])

    hooks = [
        net.embedding.register_forward_hook(keep("embedding")),
        net.blocks[1].attention.out.register_forward_hook(keep("out")),
        net.blocks[1].feed_forward.down.register_forward_pre_hook(
            lambda module, given: found.__setitem__("hidden", given[0][0])
        ),
        net.blocks[1].register_forward_hook(keep("x")),
        net.norm.register_forward_hook(keep("last")),
    ]
    with (
        patch("minillm.transformer.rope_angles", float64_angles),
        patch("minillm.attention.scaled_dot_product_attention", watched),
    ):
        found["logits"] = net(torch.tensor([ids]))[0][0]
    for hook in hooks:
        hook.remove()
    q, k, v, scores, weights = calls[1]
    for name, tensor in (("q", q), ("k", k), ("v", v)):
        found[name] = tensor[0].transpose(0, 1).flatten(1)
    found["seen"] = (weights @ v)[0].transpose(0, 1).flatten(1)
    return found | {"scores": scores[0], "weights": weights[0]}


def test_page_computes_what_python_computes(page, model):
    told = page.evaluate(TRACE, SENTENCE)
    ids = [0, *model.vocabulary.encode(SENTENCE).tolist()]
    assert told["ids"] == ids
    assert told["layers"] == model.net.config.n_layers
    want = python_trace(model, ids)
    for name in ("embedding", "q", "k", "v", "seen", "out", "hidden", "x", "last", "logits"):
        np.testing.assert_allclose(told[name], want[name], atol=1e-9, rtol=0, err_msg=name)
    for name in ("scores", "weights"):
        for t, heads in enumerate(told[name]):
            for head, row in enumerate(heads):
                np.testing.assert_allclose(row, want[name][head, t, : t + 1], atol=1e-9, rtol=0)


def test_page_gives_the_librarys_probabilities(page, model):
    """The library's angles are float32, and its weights: what a reader's Python says."""
    told = page.evaluate(TRACE, SENTENCE)
    plain = austen_page()
    theirs = plain.distribution(plain.vocabulary.encode(SENTENCE))
    z = np.array(told["logits"][-1])
    z[0] = -np.inf
    ours = np.exp(z - z.max())
    np.testing.assert_allclose(ours / ours.sum(), theirs, atol=1e-5)


def test_reading_goes_on_from_a_state(page):
    gaps = page.evaluate(
        """async (text) => {
          const m = await import("./minillm.js");
          const model = m.openModel(await m.fetchModel("data/mini_llm_austen.bin"));
          const ids = m.toIds(model, text), state = m.newState(model);
          const whole = m.read(model, m.newState(model), ids);
          const parts = m.read(model, state, ids.slice(0, 5));
          parts.push(...m.read(model, state, ids.slice(5)));
          return [state.length, ids.length, ...whole.map((t, i) =>
            Math.max(...t.logits.map((z, j) => Math.abs(z - parts[i].logits[j]))))];
        }""",
        SENTENCE,
    )
    assert gaps[0] == gaps[1]
    assert gaps[2:] == [0] * gaps[1]


def test_softmax_and_likeliest(page):
    found = page.evaluate(
        """async () => {
          const m = await import("./minillm.js"), z = [1, 3, -1000, 3];
          return [m.softmax(z), m.softmax(z, 0.5), m.likeliest(m.softmax(z), 3)];
        }"""
    )
    z = torch.tensor([1.0, 3, -1000, 3], dtype=torch.float64)
    np.testing.assert_allclose(found[0], z.softmax(0), atol=1e-12)
    np.testing.assert_allclose(found[1], (z / 0.5).softmax(0), atol=1e-12)
    assert [pair[0] for pair in found[2]] == [1, 3, 0]


def toy(page: Page) -> dict:
    return page.evaluate("import('./attending.js').then((m) => m.TOY)")


@pytest.mark.parametrize("mask", ["none", "causal", "prefix"])
@pytest.mark.parametrize("scale", ["root", "none"])
def test_attention_by_hand_is_the_librarys(page, mask, scale):
    found = page.evaluate(
        """([mask, scale]) => import('./attending.js').then((m) =>
          [0, 1, 2, 3].map((t) => m.attendToy(m.TOY, t, mask, scale)))""",
        [mask, scale],
    )
    data = toy(page)
    q, k, v = (torch.tensor(data[name], dtype=torch.float64)[None, None] for name in "qkv")
    visible = torch.ones(4, 4, dtype=torch.bool)
    if mask != "none":
        visible = causal_mask(torch.arange(4)[None], 4)[0, 0]
    if mask == "prefix":
        visible = visible | (torch.arange(4) < 2)
    factor = 1 if scale == "root" else math.sqrt(2)
    want = scaled_dot_product_attention(q * factor, k, v, mask_bias(visible, q.dtype))
    np.testing.assert_allclose([f["mixed"] for f in found], want[0, 0], atol=1e-6)
    np.testing.assert_allclose(np.sum([f["weights"] for f in found], axis=1), 1, atol=1e-9)


def test_keys_move_the_query_and_the_mixed_value(page):
    figure = page.locator("[data-figure=attending]")
    value = figure.locator("output")
    start = json.loads(value.get_attribute("data-value"))
    np.testing.assert_allclose(start, [3.2953, 0.5744], atol=1e-3)
    handle = figure.locator("[data-i=q3]")
    handle.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    np.testing.assert_allclose(
        json.loads(value.get_attribute("data-value")), [1.5, 1.75], atol=1e-6
    )
    figure.get_by_role("button", name="Start again").click()
    for _ in range(4):
        figure.get_by_role("button", name="Twice as long").click()
    np.testing.assert_allclose(json.loads(value.get_attribute("data-value")), [4, 0], atol=1e-2)
    figure.get_by_role("button", name="Start again").click()
    figure.get_by_label("causal").check(force=True)
    figure.get_by_label("Ada", exact=True).check(force=True)
    np.testing.assert_allclose(json.loads(value.get_attribute("data-value")), [4, 0], atol=1e-9)
    assert "hidden: met, Ben, she" in figure.locator(".fig-note").inner_text()
    figure.get_by_label("she", exact=True).check(force=True)
    figure.get_by_label("none", exact=True).check(force=True)


def test_dragging_a_key_moves_it(page):
    figure = page.locator("[data-figure=attending]")
    figure.scroll_into_view_if_needed()
    box = figure.locator("[data-i=k0] circle").last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=4)
    page.mouse.up()
    label = figure.locator("[data-i=k0]").get_attribute("aria-label")
    assert "key of Ada at 2.0" in label
    assert ", 0.00" not in label
    figure.get_by_role("button", name="Start again").click()


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_blocks_give_the_exact_answer(page, size, order):
    found = page.evaluate(
        """([order, size]) => import('./blocks.js').then((m) => m.TOY.q.map((q) =>
          m.result(m.online(q, m.TOY.k, m.TOY.v, order, size).at(-1))))""",
        [order, size],
    )
    data = toy(page)
    want = scaled_dot_product_attention(
        *(torch.tensor(data[name], dtype=torch.float64)[None, None] for name in "qkv")
    )
    np.testing.assert_allclose(found, want[0, 0], atol=1e-9)


def test_blocks_step_by_step(page):
    figure = page.locator("[data-figure=blocks]")
    figure.scroll_into_view_if_needed()
    press = figure.get_by_role("button", name="Next block")
    press.click()
    row = figure.locator("tbody tr").first.inner_text().split("\t")
    assert row[0].strip() == "she, Ben"
    assert [row[i].strip() for i in (3, 4)] == ["1.414", "1.243"]
    press.click()
    assert press.is_disabled()
    last = figure.locator("tbody tr").last.inner_text().split("\t")
    assert [last[i].strip() for i in (2, 3, 4)] == ["0.243", "2.828", "1.361"]
    assert "(3.295, 0.574)" in figure.locator("output").inner_text()
    figure.get_by_role("button", name="Start again").click()


def test_heads_show_the_models_weights_on_a_text(page, model):
    figure = page.locator("[data-figure=heads]")
    figure.scroll_into_view_if_needed()
    figure.get_by_label("Your sentence").fill("Emma was glad")
    page.wait_for_function("document.querySelectorAll('.fig-sentence button').length < 8")
    ids = [0, *model.vocabulary.encode("Emma was glad").tolist()]
    want = python_trace(model, ids)
    figure.locator(".fig-heads button").nth(4 + 2).click()  # layer 2, head 3
    figure.locator(".fig-sentence button").last.click()
    shown = json.loads(figure.get_by_role("status").nth(1).get_attribute("data-row"))
    np.testing.assert_allclose(shown, want["weights"][2, -1], atol=1e-6)
    p = model.distribution(np.array(ids[1:]))
    best = [int(i) for i in np.argsort(-p)[:5]]
    listed = figure.locator("[data-value][data-id]").all()
    assert [int(item.get_attribute("data-id")) for item in listed] == best
    np.testing.assert_allclose(
        [float(item.get_attribute("data-value")) for item in listed], p[best], atol=1e-5
    )


def test_heads_take_any_text(page):
    figure = page.locator("[data-figure=heads]")
    field = figure.get_by_label("Your sentence")
    for text in ("", "天地玄黃 🙂", "word " * 200):
        field.fill(text)
        page.wait_for_timeout(600)
        assert 1 <= figure.locator(".fig-sentence button").count() <= 48
    field.fill("Elizabeth was glad")
    page.wait_for_timeout(500)


def test_a_model_that_does_not_come_is_reported(visit_at, address):
    visit = visit_at(address, "light.html")
    visit.page.route("**/mini_llm_austen.bin", lambda route: route.abort())
    host = visit.page.locator("[data-figure=heads]")
    host.scroll_into_view_if_needed()
    visit.page.get_by_role("button", name="Load the model").click()
    visit.page.wait_for_function("document.body.innerText.includes('could not be loaded')")
    assert visit.page.get_by_role("button", name="Load the model").is_enabled()


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(with_model(open_page(theme, width=width))) == []


def test_widgets_carry_the_same_figures():
    assert figures.attending().data == {}
    own = figures.attending(["a", "b"], [[1, 0], [0, 1]], [[1, 0], [0, 1]], [[1, 0], [0, 1]])
    assert own.data["words"] == ["a", "b"]
    assert figures.heads("Emma").data["text"] == "Emma"
    assert figures.heads().data["model"] == MODEL.read_bytes()
    for widget in (own, figures.blocks(), figures.heads()):
        assert stands_alone(widget)
        assert widget._esm.count("function openModel(") <= 1
        assert widget._esm.count("function html(") == 1
