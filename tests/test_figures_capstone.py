"""The mini-LLM live: its numbers against Python, its page and a page of one's own."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from browsing import Visit, serve
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures, web
from minillm.architectures import configure
from minillm.export import PAGE as MODEL
from minillm.export import austen_page
from minillm.figures import capstone as data_of
from minillm.language_model import LanguageModel, save
from minillm.packing import quantize_rows, to_bytes
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.windowed import choose, continue_text
from minillm.yardstick import bits_per_byte

TEXTS = ["Elizabeth was very much surprised. " * 30, "naïve 中文 🙂 -- and more " * 20]
OPEN = """async ([name, text, places]) => {
  const m = await import("./minillm.js");
  const model = m.openModel(await m.fetchModel(name));
  const ids = m.toIds(model, text).slice(0, model.config.context);
  const traces = m.read(model, m.newState(model), ids);
  return { ids, logits: places.map((t) => [...traces[t].logits]) };
}"""
WRITE = """async ([name, ids, numbers]) => {
  const m = await import("./minillm.js"), w = await import("./writing.js");
  return w.continueText(m.openModel(await m.fetchModel(name)), ids, numbers);
}"""
SCORE = """async ([name, text]) => {
  const m = await import("./minillm.js"), w = await import("./writing.js");
  const model = m.openModel(await m.fetchModel(name)), ids = [...m.toIds(model, text), 1];
  const found = [true, false].map((cached) => {
    const own = w.writer(model, cached);
    ids.forEach(own.append);
    return [w.bitsPerByte(own.bits, w.bytesOf(model, own.ids)), own.passes];
  });
  const cut = w.writer(model);
  ids.forEach(cut.append);
  const before = [...cut.shares];
  cut.append(7).append(9).cut(ids.length);
  return { found, back: Math.max(...before.map((p, i) => Math.abs(p - cut.shares[i]))) };
}"""


def small() -> LanguageModel:
    """A tiny model with opinions, a context of 16."""
    vocabulary = Tokenizer.train(["a banana and an ananas", "and more of the same"], 270)
    sizes = {"n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "width": 16, "hidden": 24, "context": 16}
    net = Transformer(
        configure("llama", vocab_size=vocabulary.size, **sizes), torch.Generator().manual_seed(0)
    )
    with torch.no_grad():
        net.head.weight.mul_(15)
    return LanguageModel(net.eval(), vocabulary)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    data = {MODEL.name: MODEL.read_bytes(), "small.bin": to_bytes(small(), {})}
    data |= data_of.files()
    with figure_pages(tmp_path_factory.mktemp("pages"), ["live", "ruler"], data) as served:
        yield served


def loaded(visit: Visit) -> Visit:
    """The visit, once the model of its figure is there."""
    visit.page.get_by_role("button", name="Load the model").click()
    visit.page.wait_for_selector(".fig-surprise")
    return visit


@pytest.fixture(scope="module")
def light(open_page) -> Visit:
    return loaded(open_page("light"))


def rounded_small() -> LanguageModel:
    """The tiny model with the weights of its file."""
    from minillm.export import from_bytes

    return from_bytes(to_bytes(small(), {}), torch.float64, fused=False)


@pytest.mark.parametrize("text", TEXTS)
def test_logits_are_those_of_python_up_to_the_last_position(page, text):
    model = austen_page()
    told = page.evaluate(OPEN, ["data/mini_llm_austen.bin", text, [0, 40, 127]])
    ids = [0, *model.vocabulary.encode(text).tolist()][: model.net.context]
    assert told["ids"] == ids
    with torch.no_grad():
        want = model.net(torch.tensor([ids]))[0][0]
    for place, logits in zip((0, 40, 127), told["logits"], strict=True):
        np.testing.assert_allclose(logits, want[place], atol=1e-3)


@pytest.mark.parametrize("length", [1, 15, 16, 17, 40])
def test_page_writes_the_text_that_python_writes(page, length):
    model = rounded_small()
    ids = [0, *range(2, length + 1)]
    u = np.random.default_rng(length).random(60)
    want = continue_text(model.net, ids, 60, u)
    assert page.evaluate(WRITE, ["data/small.bin", ids, u.tolist()]) == want


def test_page_chooses_as_python_does(page):
    logits = torch.randn(50, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    shares = call(page, "writing", "nextShares", logits.tolist())
    assert shares[0] == 0
    for u in np.linspace(0, 0.9999, 40):
        assert call(page, "writing", "choose", shares, u) == choose(logits, u)


def test_bits_per_byte_of_the_page_are_the_yardsticks(page):
    text = "She was naïve 🙂."
    told = page.evaluate(SCORE, ["data/mini_llm_austen.bin", text])
    (cached, passes), (plain, many) = told["found"]
    assert cached == pytest.approx(bits_per_byte(austen_page(), [text]), abs=1e-4)
    assert plain == pytest.approx(cached, abs=1e-9)
    n = passes
    assert many == n * (n + 1) // 2
    assert told["back"] < 1e-12


def test_typed_text_is_scored_and_can_branch(page):
    figure = page.locator("[data-figure=live]")
    figure.get_by_label("Your text").fill("Elizabeth was very much surpr")
    page.wait_for_function(
        "JSON.parse(document.querySelector('.fig-said').dataset.ids).length < 12"
    )
    said = figure.locator(".fig-said")
    ids = json.loads(said.get_attribute("data-ids"))
    model = austen_page()
    assert ids == [0, *model.vocabulary.encode("Elizabeth was very much surpr").tolist()]
    bits = -model.log2_probs(np.array(ids[1:]))[:-1]
    shown = figure.locator(".fig-surprise").evaluate_all(
        "x => x.map((t) => Number(t.dataset.bits))"
    )
    np.testing.assert_allclose(shown, bits, atol=1e-3)
    n_bytes = len(b"Elizabeth was very much surpr")
    assert float(said.get_attribute("data-bits")) == pytest.approx(bits.sum() / n_bytes, abs=1e-4)
    best = figure.locator(".fig-next button")
    assert model.vocabulary.symbol(int(best.first.get_attribute("data-id"))) == "ised"
    other = int(best.nth(3).get_attribute("data-id"))
    best.nth(3).focus()
    page.keyboard.press("Enter")
    assert json.loads(said.get_attribute("data-ids")) == [*ids, other]
    figure.get_by_role("button", name="Take one back").click()
    assert json.loads(said.get_attribute("data-ids")) == ids
    figure.get_by_role("button", name="One token").click()
    assert len(json.loads(said.get_attribute("data-ids"))) == len(ids) + 1


def test_it_writes_on_and_pauses_and_the_cache_saves_passes(page):
    figure = page.locator("[data-figure=live]")
    figure.get_by_label("Your text").fill("Emma")
    page.wait_for_timeout(600)
    figure.get_by_role("button", name="Write on").click()
    page.wait_for_function("document.querySelectorAll('.fig-surprise').length > 20")
    figure.get_by_role("button", name="Pause").click()
    n = figure.locator(".fig-surprise").count() + 1
    passes = int(figure.locator("[data-passes]").get_attribute("data-passes"))
    assert passes == n
    figure.get_by_label("keep keys and values").uncheck()
    figure.get_by_role("button", name="One token").click()
    few = figure.locator(".fig-surprise").count() + 1
    passes = int(figure.locator("[data-passes]").get_attribute("data-passes"))
    assert passes == few * (few + 1) // 2
    figure.get_by_label("keep keys and values").check()


def test_figure_takes_any_text(page):
    figure = page.locator("[data-figure=live]")
    for text, said in (
        ("", "Write something."),
        ("天地玄黃 🙂", "bits per byte"),
        ("word " * 400, ""),
    ):
        figure.get_by_label("Your text").fill(text)
        page.wait_for_timeout(400)
        page.wait_for_function(
            "(s) => document.querySelector('.fig-said').textContent.includes(s)", arg=said
        )
    page.wait_for_function(
        "document.querySelectorAll('.fig-surprise').length > 300", timeout=60_000
    )
    assert figure.locator(".fig-lost").count() > 50  # the beginning is forgotten, and shown so
    figure.get_by_label("Your text").fill("She was")
    page.wait_for_timeout(500)


@in_each_look
def test_figure_is_accessible_and_fits(open_page, theme, width):
    assert problems(loaded(open_page(theme, width=width))) == []


def test_rulers_in_the_page_are_those_of_the_library(page):
    rng = np.random.default_rng(0)
    for bits in (2, 3, 5, 8):
        row = rng.standard_normal(40).tolist()
        got = call(page, "ruler", "rounded", row, bits)
        step = np.abs(row).max() / (2 ** (bits - 1) - 1)
        assert got["step"] == pytest.approx(step)
        assert got["codes"] == np.round(np.array(row) / step).astype(int).tolist()
    codes, scales = quantize_rows(np.array([row]))
    assert got == {"step": pytest.approx(scales[0], rel=1e-6), "codes": codes[0].tolist()}
    for x in (0.5, 1.5, -0.5, -1.5, 2.5, -2.4999):
        assert call(page, "ruler", "nearest", x) == round(x)
    assert call(page, "ruler", "rounded", [0, 0], 8) == {"step": 0, "codes": [0, 0]}
    assert call(page, "ruler", "fileBytes", 10, 3, 2) == 4 + 8


def test_fewer_bits_leave_fewer_marks_and_one_ruler_is_worse_for_small_weights(page):
    figure, data = page.locator("[data-figure=ruler]"), data_of.ruler_data()
    figure.scroll_into_view_if_needed()

    def small(name):
        row = figure.locator("[data-row='a row of small weights']")
        return float(row.get_attribute(f"data-{name}"))

    before = small("kinds"), small("off")
    figure.get_by_text("for the matrix").click()
    assert small("kinds") < before[0]
    assert small("off") > before[1]
    slider = figure.locator("[data-name=bits]")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "2"
    assert small("kinds") == 1
    written = figure.locator("[data-name=text]")
    assert written.inner_text().split() == data["written"]["per matrix"]["2"].split()
    score = data["score"]["per matrix"]
    line = f"{score['2']:.3f} bits per byte in place of {score['float32']:.3f}"
    assert line in figure.get_by_role("status").inner_text()


def test_widgets_carry_the_same_figures():
    assert figures.ruler().data == data_of.ruler_data()
    assert stands_alone(figures.ruler())
    widget = figures.live("Emma")
    assert widget.data["text"] == "Emma"
    assert widget.data["model"] == MODEL.read_bytes()
    assert stands_alone(widget)


def test_page_of_ones_own_runs_the_model_from_any_server(tmp_path, browser, capsys):
    save(tmp_path / "model.safetensors", small(), {}, torch.float32)
    words = [str(tmp_path / "model.safetensors"), "--out", str(tmp_path / "page")]
    web.main([*words, "--title", "Ada's <model>", "--text", "a </script> banana"])
    assert "any static server" in capsys.readouterr().out
    names = sorted(file.name for file in (tmp_path / "page").iterdir())
    assert names == ["figures.css", "index.html", "live.js", "model.bin"]
    asked, errors = [], []
    with serve(tmp_path / "page") as address:
        view = browser.new_page()
        view.on("request", lambda request: asked.append(request.url))
        view.on("pageerror", lambda error: errors.append(str(error)))
        view.goto(f"{address}/index.html")
        assert view.locator("h1").inner_text() == "Ada's <model>"
        view.get_by_role("button", name="Load the model").click()
        view.wait_for_selector(".fig-surprise")
        assert view.get_by_label("Your text").input_value() == "a </script> banana"
        view.get_by_role("button", name="One token").click()
        ids = json.loads(view.locator(".fig-said").get_attribute("data-ids"))
        view.close()
    model = small()
    assert ids[:-1] == [0, *model.vocabulary.encode("a </script> banana").tolist()]
    assert not errors
    assert all(url.startswith(address) for url in asked)


def test_page_refuses_what_it_cannot_run(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"\x08\0\0\0 no JSON")
    with pytest.raises(ValueError, match="no model for a page"):
        web.model_file(tmp_path / "x.bin")
    with pytest.raises(ValueError, match="8,000,000"):
        web.write(MODEL.read_bytes() + bytes(8_000_000), tmp_path / "page")
