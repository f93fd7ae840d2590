"""The knobs and the beam tree in a real browser, and their rules against Python."""

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from browsing import Visit
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone
from playwright.sync_api import Page

from minillm import decoding, figures
from minillm.beam import beam_search
from minillm.decoding import Sampling
from minillm.export import PAGE as MODEL
from minillm.export import austen_page
from minillm.language_model import LanguageModel

NAMES = ("knobs", "beamtree")
IDS = [3, 3, 17, 40, 90]
# The rules of the page on a row of logits: the logits that are left, None for minus infinity.
RULE = """async ([name, z, setting, ids]) => {
  const m = await import("./sampling.js");
  const left = m.RULES[name].apply(z, ids, setting);
  return [...left].map((x) => (x === -Infinity ? null : x));
}"""
TREE = """async ([table, options]) => {
  const m = await import("./beamtree.js");
  return m.beamSteps((ids) => table[ids.length ? ids.at(-1) : 0].map(Math.log), options);
}"""
READ = """async ([text, options]) => {
  const b = await import("./beamtree.js"), m = await import("./minillm.js");
  const model = m.openModel(await m.fetchModel("data/mini_llm_austen.bin"));
  return b.beamSteps(b.reader(model, text), options).finished;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    data = {MODEL.name: MODEL.read_bytes()}
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data) as served:
        yield served


def with_model(visit: Visit) -> Visit:
    """The visit, once the model of its knobs is loaded."""
    visit.page.locator("[data-figure=knobs]").get_by_role("button", name="Load the model").click()
    visit.page.wait_for_selector("[data-figure=knobs] .fig-model")
    return visit


@pytest.fixture(scope="module")
def light(open_page) -> Visit:
    """The page of figures in the light, its model loaded."""
    return with_model(open_page("light"))


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    """The stored model with the page's weights."""
    return austen_page()


def rows() -> list[torch.Tensor]:
    """Rows of logits: flat, peaked, with ties, with what is forbidden already."""
    generator = torch.Generator().manual_seed(0)
    plain = torch.randn(100, generator=generator, dtype=torch.float64)
    return [plain, 6 * plain, (2 * plain).round(), plain.masked_fill(plain < 0, -math.inf)]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        *[("penalty", x) for x in (1.3, 0.5)],
        *[("temperature", x) for x in (0, 0.3, 2)],
        *[("top_k", x) for x in (1, 7, 100)],
        *[("top_p", x) for x in (0, 0.3, 0.9, 1)],
        *[("min_p", x) for x in (0, 0.1, 1)],
    ],
)
def test_rules_of_the_page_are_the_librarys(page, name, setting):
    for z in rows():
        given: list[Any] = [x if math.isfinite(x) else -1e300 for x in z.tolist()]
        row = torch.tensor([given], dtype=torch.float64)
        if name == "penalty":
            want = decoding.repetition_penalty(row, torch.tensor([IDS]), setting)
        else:
            want = getattr(decoding, name)(row, setting)
        found = page.evaluate(RULE, [name, given, setting, IDS])
        left = np.array([-math.inf if x is None else x for x in found])
        # Both say the same about what is left; -1e300 stands for what was out before.
        keep = np.array(given) > -1e300
        np.testing.assert_array_equal(np.isfinite(left[keep]), want[0].isfinite()[keep])
        finite = keep & np.isfinite(left)
        np.testing.assert_allclose(left[finite], want[0][finite], atol=1e-9)


def test_order_of_the_rules_is_that_of_sampling(page):
    settings = {"penalty": 1.5, "temperature": 1.7, "top_k": 40, "top_p": 0.8, "min_p": 0.1}
    z = rows()[1]
    found = call(page, "sampling", "filtered", z.tolist(), IDS, settings)
    rules = Sampling(1.5, 1.7, 40, 0.8, 0.1)
    want = rules.filter(z[None], torch.tensor([IDS]))[0]
    left = np.array([-math.inf if x is None else x for x in found], dtype=float)
    np.testing.assert_allclose(left, want, atol=1e-9)
    moved = ["penalty", "top_k", "top_p", "min_p", "temperature"]
    other = call(page, "sampling", "filtered", z.tolist(), IDS, settings, moved)
    assert sum(x is None or x == -math.inf for x in other) != int(want.isinf().sum())


def test_a_pick_follows_the_shares(page):
    shares = [0.0, 0.5, 0.0, 0.25, 0.25]
    got = [call(page, "sampling", "pick", shares, u) for u in (0, 0.49, 0.51, 0.74, 0.76, 1)]
    assert got == [1, 1, 3, 3, 4, 4]


def searched(p: list, width: int, longest: int, alpha: float) -> list:
    """Beam search as chapter 10 has it, in lists: (score, ids), the best first."""
    beams, finished = [(0.0, [])], []
    for n in range(1, longest + 1):
        longer = [
            (s + math.log(q), [*ids, v])
            for s, ids in beams
            for v, q in enumerate(p[ids[-1] if ids else 0])
        ]
        longer = sorted(longer, key=lambda x: -x[0])[: 2 * width]
        for s, ids in longer[:width]:
            if ids[-1] == 0 or n == longest:
                finished.append((s / n**alpha, ids[:-1] if ids[-1] == 0 else ids))
        beams = [x for x in longer if x[1][-1] != 0][:width]
        if len(finished) >= width:
            break
    return sorted(finished, key=lambda x: -x[0])[:width]


@pytest.mark.parametrize("alpha", [0, 0.6, 1])
@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_beam_tree_is_beam_search(page, width, alpha):
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        table = (2 * torch.randn(5, 5, generator=generator, dtype=torch.float64)).softmax(-1)
        options = {"width": width, "longest": 4, "alpha": alpha}
        found = page.evaluate(TREE, [table.tolist(), options])["finished"]
        want = searched(table.tolist(), width, 4, alpha)
        assert [x["ids"] for x in found] == [ids for _, ids in want]
        np.testing.assert_allclose([x["score"] for x in found], [s for s, _ in want], atol=1e-6)


def test_beam_tree_on_the_model_finds_the_librarys_texts(page, model):
    options = {"width": 3, "longest": 5, "alpha": 0, "eos": 1}
    found = page.evaluate(READ, ["Elizabeth was", options])
    prompt = np.append(0, model.vocabulary.encode("Elizabeth was"))
    want = beam_search(model.net, prompt, 3, 5, alpha=0.0, early_stopping=True, n_best=3)
    assert [x["ids"] for x in found] == [h.ids.tolist() for h in want]
    # The library's loop runs in float32, and scores `<s>` with the rest.
    np.testing.assert_allclose([x["score"] for x in found], [h.score for h in want], atol=1e-3)


def slide(page: Page, rule: str, value: float) -> None:
    """Set a rule's slider to a value, by hand of a script."""
    page.locator(f"[data-rule={rule}]").evaluate(
        "(x, v) => { x.value = v; x.dispatchEvent(new Event('input', { bubbles: true })) }", value
    )


def kept(page: Page) -> int:
    """How many tokens the knobs keep."""
    return int(page.locator("[data-figure=knobs] .fig-said").get_attribute("data-kept"))


def test_knobs_show_the_models_distribution(page, model):
    figure = page.locator("[data-figure=knobs]")
    figure.get_by_label("Your text").fill("Mr.")
    p = model.distribution(model.vocabulary.encode("Mr."))
    best = [int(i) for i in np.argsort(-p)[:5]]
    page.wait_for_function(
        "([a]) => JSON.parse(document.querySelector('.fig-said').dataset.after)[0][0] === a",
        arg=[best[0]],
    )
    told = json.loads(figure.locator(".fig-said").get_attribute("data-after"))
    assert [i for i, _ in told] == best
    np.testing.assert_allclose([x for _, x in told], p[best], atol=1e-5)
    slide(page, "top_p", 0.9)
    z = torch.from_numpy(p).log()[None]
    assert kept(page) == int(decoding.top_p(z, 0.9).isfinite().sum())
    slide(page, "top_k", 20)
    assert kept(page) == int(decoding.top_p(decoding.top_k(z, 20), 0.9).isfinite().sum())
    figure.get_by_role("button", name="All rules off").click()
    assert kept(page) == len(p) - 1


def test_moving_the_temperature_changes_what_is_kept(page):
    figure = page.locator("[data-figure=knobs]")
    slide(page, "temperature", 2)
    slide(page, "top_p", 0.8)
    before = kept(page)
    later = figure.get_by_role("button", name="Temperature later")
    later.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert figure.locator("[data-rule]").nth(3).get_attribute("data-rule") == "temperature"
    assert kept(page) < before
    figure.get_by_role("button", name="All rules off").click()


def test_knobs_write_on(page, model):
    figure = page.locator("[data-figure=knobs]")
    figure.get_by_label("Your text").fill("Elizabeth was")
    page.wait_for_timeout(500)
    slide(page, "temperature", 0)
    figure.get_by_role("button", name="Write 20").click()
    ids = [0, *model.vocabulary.encode("Elizabeth was").tolist()]
    for _ in range(20):
        ids.append(int(model.distribution(np.array(ids[1:])).argmax()))
    assert figure.locator(".fig-note b").inner_text() == model.vocabulary.decode(ids[-20:])
    figure.get_by_role("button", name="Start again").click()
    assert figure.locator(".fig-note b").inner_text() == ""
    figure.get_by_role("button", name="All rules off").click()


def test_knobs_take_any_text(page):
    figure = page.locator("[data-figure=knobs]")
    for text in ("", "天地玄黃 🙂", "word " * 300):
        figure.get_by_label("Your text").fill(text)
        page.wait_for_timeout(700)
        assert kept(page) > 1
    figure.get_by_label("Your text").fill("She was")
    page.wait_for_timeout(500)


def test_the_curse_appears_at_width_four(page):
    figure = page.locator("[data-figure=beamtree]")
    said = figure.locator(".fig-said")
    figure.get_by_label("the curse").check(force=True)
    for width, alpha, empty in (("3", "0", False), ("4", "0", True), ("4", "1", False)):
        figure.get_by_role("group", name="Width").get_by_label(width, exact=True).check(force=True)
        figure.get_by_role("group", name="α").get_by_label(alpha, exact=True).check(force=True)
        found = json.loads(said.get_attribute("data-finished"))
        assert (found[0][1] == []) == empty, (width, alpha)
    figure.get_by_label("the garden path").check(force=True)
    figure.get_by_role("group", name="Width").get_by_label("1", exact=True).check(force=True)
    assert json.loads(said.get_attribute("data-finished"))[0][1] == [1]
    figure.get_by_role("group", name="Width").get_by_label("2", exact=True).check(force=True)
    assert json.loads(said.get_attribute("data-finished"))[0][1] == [2]


def test_the_tree_grows_step_by_step(page):
    figure = page.locator("[data-figure=beamtree]")
    figure.get_by_label("the curse").check(force=True)
    figure.get_by_role("group", name="Width").get_by_label("4", exact=True).check(force=True)
    figure.get_by_role("button", name="From the start").click()
    n = figure.locator("path").count()
    figure.get_by_role("button", name="Next step").click()
    assert figure.locator("path").count() > n
    figure.get_by_role("button", name="All steps").click()
    assert figure.get_by_role("button", name="Next step").is_disabled()


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    visit = with_model(open_page(theme, width=width))
    figure = visit.page.locator("[data-figure=beamtree]")
    figure.get_by_label("the mini-LLM").check(force=True)
    figure.get_by_role("button", name="Load the model").click()
    visit.page.wait_for_selector("[data-figure=beamtree] path")
    assert problems(visit) == []


def test_widgets_carry_the_same_figures():
    assert figures.knobs("Emma").data["text"] == "Emma"
    assert figures.beamtree().data["model"] == MODEL.read_bytes()
    for widget in (figures.knobs(), figures.beamtree()):
        assert stands_alone(widget)
        assert widget._esm.count("function openModel(") == 1
        assert widget._esm.count("function html(") == 1
