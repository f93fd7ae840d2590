"""The interactive figures: moved in a real browser, their numbers compared with Python."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from browsing import Visit, colour_problems, serve, structure_problems
from figure_pages import drawn
from playwright.sync_api import Page
from repository import ROOT, make

from minillm import figures, ngram
from minillm.corpus import ByteVocabulary, WordVocabulary, austen, words
from minillm.figures.widget import FIGURES
from minillm.ngram import NGram
from minillm.yardstick import bits_per_byte

NAMES = ("shannon", "counting", "discount", "explorer", "smoothing")
STYLES = ("course.css", "figures.css")
PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<title>Figures</title><meta name="viewport" content="width=device-width">{styles}
<link rel="icon" href="data:,"><script type="module" src="page.js"></script>
<style>body {{ background: var(--pst-color-background); color: var(--course-ink) }}</style></head>
<body><main class="bd-article"><h1>Figures</h1>{body}</main></body></html>"""
HOST = """<div class="figure-host" data-figure="{}" data-texts="the cat sat&#10;the dog sat
my cat ran"><p>This figure needs JavaScript.</p></div>"""
QUESTIONS = """<div class="quiz"><ol>
<li><p>One?</p><ul>
<li><p><input type="checkbox" disabled> the <code>wrong</code> one</p>
<ul><li>No — never.</li></ul></li>
<li><p><input type="checkbox" disabled checked> the right one</p>
<ul><li>Yes, <code>indeed</code>.</li></ul></li></ul></li></ol></div>
<div class="predict"><p>How many?</p></div>
<div class="cell"><details><summary>Show</summary><pre>42</pre></details></div>
<details class="answer"><summary>Why</summary><p>Because of six times nine.</p></details>
<details class="other"><summary>Later</summary><p>Not an answer.</p></details>"""

STRUCK = """() => [...document.querySelectorAll(".fig-chart")].flatMap(chart => {
    const lines = chart.querySelectorAll(".fig-grid, .fig-dashed, .fig-axis");
    const level = [...lines].map(e => e.getBoundingClientRect()).filter(box => box.height < 1);
    return [...chart.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return level.some(({ left, right, top }) => left < box.right && right > box.left &&
            top > box.top + 2 && top < box.bottom - 3);
    }).map(text => text.textContent);
})"""


@pytest.fixture(scope="module")
def data() -> Path:
    """Folder of the data that the book ships, made where it is missing or old."""
    made = make("book/figures/data/shannon.json")
    assert made.returncode == 0, made.stderr
    return FIGURES / "data"


@pytest.fixture(scope="module")
def address(tmp_path_factory, data) -> Iterator[str]:
    """A served folder of small pages: light.html, dark.html, quiz.html, computed.html."""
    folder = tmp_path_factory.mktemp("pages")
    for file in [*FIGURES.iterdir(), *(ROOT / "book" / "assets").iterdir()]:
        (folder / file.name).symlink_to(file)
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in STYLES)
    hosts = "".join(map(HOST.format, NAMES))
    choices = [("yes", 2 < 3, "Count."), ("no", 2 > 3, "Look.")]
    computed = figures.quiz({"`2 < 3`?": choices}, start=7)
    pages = {
        "light": ("light", hosts + QUESTIONS),
        "dark": ("dark", hosts + QUESTIONS),
        "quiz": ("light", QUESTIONS),
        "computed": ("light", computed.data),
        "missing": ("light", HOST.format("nothing")),
    }
    for name, (theme, body) in pages.items():
        page = PAGE.format(theme=theme, styles=styles, body=body)
        (folder / f"{name}.html").write_text(page)
    with serve(folder) as served:
        yield served


@pytest.fixture(scope="module")
def open_page(visit_at, address) -> Callable[..., Visit]:
    """`open_page("light", width=1280)` opens a page and waits until its figures are drawn."""

    def open_and_wait(name: str, width: int = 1280) -> Visit:
        return drawn(visit_at(address, f"{name}.html", width=width))

    return open_and_wait


@pytest.fixture(scope="module")
def light(open_page) -> Visit:
    """The page with all figures, light, 1280 pixels wide; `explorer` is its module and index."""
    visit = open_page("light")
    visit.page.evaluate(
        """() => { window.explorer = (async () => {
            const m = await import("./explorer.js");
            const packed = await (await fetch("data/explorer.bin")).arrayBuffer();
            return { m, index: m.buildIndex(await m.unpack(packed)) };
        })(); }"""
    )
    return visit


@pytest.fixture
def page(light) -> Page:
    """The page with all figures, the game at its start, add-k at k = 1."""
    light.page.bring_to_front()  # a page behind another one draws nothing
    light.page.get_by_role("button", name="Start again").click()
    figure = light.page.locator("[data-figure=smoothing]")
    figure.get_by_role("radio", name="add-k").check(force=True)
    figure.get_by_role("slider").fill("0")
    figure.get_by_role("combobox").select_option(index=0)
    return light.page


@pytest.fixture
def modules(light) -> Page:
    """The same page for tests that only call functions of its modules: as the last one left it."""
    return light.page


@pytest.fixture(scope="module")
def train() -> list[str]:
    return [chapter.text for chapter in austen("train")]


@pytest.fixture(scope="module")
def valid() -> list[str]:
    return [chapter.text for chapter in austen("valid")]


@pytest.fixture(scope="module")
def vocabulary(train) -> WordVocabulary:
    return WordVocabulary.build(train)


@pytest.fixture(scope="module")
def models(train, vocabulary) -> dict[int, NGram]:
    """The Kneser-Ney models of order 1 to 5 that the explorer shows."""
    return {n: NGram(vocabulary, n).fit(train) for n in range(1, 6)}


def values(page: Page, selector: str, name: str = "value") -> list[float]:
    """The numbers of a data attribute, of all elements that a selector finds."""
    return [float(e.get_attribute(f"data-{name}")) for e in page.locator(selector).all()]


# The explorer


@pytest.mark.parametrize("n", range(1, 6))
def test_explorer_shows_the_distribution_of_the_model(page, models, vocabulary, n):
    figure = page.locator("[data-figure=explorer]")
    figure.get_by_label("The text so far").fill("She could not be so")
    figure.get_by_label(str(n), exact=True).check(force=True)
    p = models[n].distribution(vocabulary.encode(" She could not be so"))
    top = np.argsort(-p, kind="stable")[:10]
    assert values(page, ".fig-words button", "id") == top.tolist()
    np.testing.assert_allclose(values(page, ".fig-words button"), p[top], rtol=0, atol=1e-9)


def test_explorer_shows_what_each_order_keeps_and_passes_on(page, models, vocabulary, train):
    figure = page.locator("[data-figure=explorer]")
    figure.get_by_label("The text so far").fill("Elizabeth was not")
    figure.get_by_label("3", exact=True).check(force=True)
    model, stream = models[3], ngram.pad(map(vocabulary.encode, train))
    rows = model.rows(np.append(0, vocabulary.encode(" Elizabeth was not")))
    backoff = [model.backoff[k][rows[k][-1]] for k in (2, 1, 0)]
    np.testing.assert_allclose(values(page, ".fig-stairs [data-backoff]", "backoff"), backoff)
    was, negation = vocabulary.encode(" was not")
    seen = np.sum((stream[:-1] == was) & (stream[1:] == negation))
    assert values(page, ".fig-stairs [data-seen]", "seen")[0] == seen
    kept = values(page, ".fig-stairs li", "kept")
    assert sum(kept) == pytest.approx(1, abs=1e-12)


def test_explorer_says_that_a_history_was_never_seen(page):
    figure = page.locator("[data-figure=explorer]")
    figure.get_by_label("The text so far").fill("Emma ate fried zebras")
    figure.get_by_label("5", exact=True).check(force=True)
    assert "never seen" in figure.locator(".fig-stairs li").first.inner_text()
    assert "“zebras”" in figure.locator(".fig-chips").inner_text()
    assert "‹s›" in figure.locator(".fig-stairs li").nth(2).inner_text()


def test_explorer_shows_a_long_word_in_full(page):
    figure = page.locator("[data-figure=explorer]")
    figure.get_by_label("The text so far").fill("It is a truth universally")
    figure.get_by_label("3", exact=True).check(force=True)
    word = figure.locator(".fig-words button").first
    assert word.get_attribute("title") == "acknowledged"
    assert "acknowledged" in word.inner_text()
    assert word.locator(".fig-token").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert "seen 1 ×, one word after it" in figure.locator(".fig-stairs small").first.inner_text()


def test_explorer_appends_the_word_that_is_pressed_with_the_keyboard(page):
    figure = page.locator("[data-figure=explorer]")
    field = figure.get_by_label("The text so far")
    field.fill("She could")
    figure.locator(".fig-words button").first.focus()
    page.keyboard.press("Enter")
    assert field.input_value() == "She could not"
    assert field.evaluate("e => e === document.activeElement")


def test_explorer_equals_the_models_on_random_contexts(modules, models, vocabulary, valid):
    rng = np.random.default_rng(0)
    pieces = words(valid[3])
    starts = rng.integers(0, len(pieces) - 6, 12)
    contexts = ["".join(pieces[s : s + rng.integers(0, 6)]) for s in starts]
    contexts += ["", "It", "¡qué žluť! \x1c\u2003½ a_b", "naïve ’tis 12 --x\n\nEmma"]
    found = modules.evaluate(
        """async contexts => {
            const { m, index } = await explorer;
            return contexts.map(context => {
                const ids = m.encode(index, context).flatMap(piece => piece.ids);
                return [1, 2, 3, 4, 5].map(n => {
                    const { p } = m.distribution(index, ids, n);
                    const top = m.largest(p, 50);
                    return [top, top.map(id => p[id]), p.reduce((sum, q) => sum + q, 0)];
                });
            });
        }""",
        contexts,
    )
    for context, by_order in zip(contexts, found, strict=True):
        ids = vocabulary.encode(context)
        for n, (top, probabilities, total) in enumerate(by_order, 1):
            p = models[n].distribution(ids)
            np.testing.assert_allclose(probabilities, p[top], rtol=0, atol=1e-9)
            assert min(probabilities) >= np.sort(p)[-50] - 1e-12
            assert total == pytest.approx(1, abs=1e-9)


def test_words_are_cut_in_the_page_as_in_python(modules, valid):
    rng = np.random.default_rng(1)
    alphabet = list("aé’' -—_19½Ⅷ中文.\n\t\x1c\x85\u3000\ufeffß😀")
    texts = ["".join(rng.choice(alphabet, 30)) for _ in range(300)] + valid[:2]
    cut = "async texts => texts.map((await import('./explorer.js')).words)"
    assert modules.evaluate(cut, texts) == [words(text) for text in texts]


@pytest.mark.parametrize("n", [1, 2, 5])
def test_explorer_draws_words_with_their_probability(modules, models, vocabulary, n):
    """Of evenly spaced numbers from 0 to 1 each id gets its share, but for one per order."""
    times = 4_000
    context = " She could not"
    found = modules.evaluate(
        """async ([context, n, times]) => {
            const { m, index } = await explorer;
            const ids = m.encode(index, context).flatMap(piece => piece.ids);
            return Array.from({ length: times }, (_, i) =>
                m.pick(index, ids, n, (i + 0.5) / times));
        }""",
        [context, n, times],
    )
    drawn = np.bincount(found, minlength=vocabulary.size)
    p = models[n].distribution(vocabulary.encode(context))
    assert np.abs(drawn - times * p).max() <= n + 1


def test_explorer_writes_on_with_each_order(page, models, vocabulary):
    written = page.evaluate(
        """async () => {
            const { m, index } = await explorer;
            const ids = m.encode(index, " She could not").flatMap(piece => piece.ids);
            return [1, 2, 3, 4, 5].map(n => {
                const more = m.writeOn(index, ids, n, m.randomNumbers(7), 8);
                return [more, m.decode(index, more)];
            });
        }"""
    )
    for n, (ids, text) in enumerate(written, 1):
        so_far = vocabulary.encode(" She could not").tolist()
        for chosen in ids:
            assert models[n].distribution(np.array(so_far))[chosen] > 0
            so_far.append(chosen)
        assert text.replace(" </s>", "") == vocabulary.decode(ids)
    figure = page.locator("[data-figure=explorer]")
    figure.get_by_role("button", name="Let each order").click()
    assert figure.locator(".fig-written li").count() == 5


# Counting and the discount


TEXTS = [
    "the cat sat\nthe dog sat\nmy cat ran",
    "a b a b\na c",
    "San Francisco\nin San Francisco\nto San Francisco\na glass\nmy glass\nthe glass",
]


def loop_counts(text: str, n: int) -> dict[tuple[str, ...], dict[str, int]]:
    """What followed each history of up to n - 1 words, by plain loops."""
    table: dict[tuple[str, ...], dict[str, int]] = {}
    for line in text.splitlines():
        tokens = ["<s>", *line.split(), "</s>"]
        for t in range(1, len(tokens)):
            row = table.setdefault(tuple(tokens[max(0, t - n + 1) : t]), {})
            row[tokens[t]] = row.get(tokens[t], 0) + 1
    return table


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_counting_counts_and_shares_as_python_does(modules, text, n):
    found = modules.evaluate(
        """async ([text, n]) => {
            const { count, ngrams, share } = await import("./counting.js");
            const { rows } = count(ngrams(text, n));
            return rows.map(row => [row.history, [...row.counts].map(([word, c]) =>
                [word, c, share(row, word)])]);
        }""",
        [text, n],
    )
    expected = loop_counts(text, n)
    assert {tuple(history): {w: c for w, c, _ in row} for history, row in found} == expected
    for history, row in found:
        total = sum(expected[tuple(history)].values())
        for word, c, share in row:
            assert share == pytest.approx(c / total, abs=1e-12), (history, word)


def test_the_window_fills_the_table_step_by_step(page):
    figure = page.locator("[data-figure=counting]")
    figure.get_by_label("Your text").fill("a b a b")
    for _ in range(4):
        figure.get_by_role("button", name="Step", exact=True).click()
    assert sum(values(page, ".fig-counts td[data-count]", "count")) == 4
    assert "“a”: “b” now 2 ×, all words 2 ×" in figure.locator(".fig-said").inner_text()
    slider = figure.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert sum(values(page, ".fig-counts td[data-count]", "count")) == 5
    assert "The text is counted." in figure.locator(".fig-said").inner_text()
    figure.get_by_role("button", name="Step back").click()
    assert sum(values(page, ".fig-counts td[data-count]", "count")) == 4
    figure.get_by_label("3", exact=True).check(force=True)
    assert figure.locator(".fig-counts tbody th").all_inner_texts() == [
        "<s>",
        "<s> a",
        "a b",
        "b a",
    ]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("D", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("counts", ["before", "totals"])
def test_discount_equals_the_library_after_every_history(modules, text, D, counts):
    """On words without spaces: the library's vocabulary of such a text is the same."""
    kinds = {"before": ngram.continuation_counts, "totals": lambda ts: [t.count for t in ts]}
    known = dict.fromkeys(text.split())
    vocabulary = WordVocabulary(known, unknown="<unk>")
    vocabulary.encode = lambda line: np.array([vocabulary.ids[w] for w in line.split()], np.int64)
    model = OneDiscount(vocabulary, D, kinds[counts]).fit(text.splitlines())
    histories = ["<s>", *known, "<unk>"]
    found = modules.evaluate(
        """async ([text, histories, D, counts]) => {
            const { learn, slices, smooth } = await import("./discount.js"), model = learn(text);
            return histories.map(history => {
                const result = smooth(model, history, D, counts);
                const full = [0, 0.3, 1, 1.7, 2].map(stage =>
                    slices(result, stage).reduce((sum, { height }) => sum + height, 0));
                return [result.words.map(({ word, p }) => [word, p]), full];
            });
        }""",
        [text, histories, D, counts],
    )
    ids = {**vocabulary.ids, "<unk>": 2, "</s>": 1}
    for history, (words_after, full) in zip(histories, found, strict=True):
        context = [] if history == "<s>" else [ids[history]]
        if context:  # the history alone, not after <s>
            context = [2, *context]
        p = model.distribution(np.array(context, np.int64))
        for word, share in words_after:
            assert share == pytest.approx(p[ids[word]], abs=1e-9), (history, word)
        assert full == pytest.approx([1] * 5)  # no slice is lost on its way


def test_the_discount_goes_into_the_pot_and_to_all_words(page):
    figure = page.locator("[data-figure=discount]")
    figure.get_by_label("Your text").fill(TEXTS[0])
    figure.get_by_label("What comes after").select_option("the")
    stage, knob = figure.get_by_role("slider").all()
    stage.fill("0")
    knob.fill("0.5")
    bars = figure.locator(".fig-chart rect")
    assert bars.count() == 4  # cat and dog: kept below, what is to be taken above
    stage.fill("1")
    assert "The pot holds 2 × 0.5 / 2 = 50\u00a0%" in figure.locator(".fig-said").inner_text()
    stage.fill("2")
    assert bars.count() == 2 + 8
    p = dict(
        zip(
            figure.locator("tbody th").all_inner_texts(),
            values(page, "[data-figure=discount] tbody tr"),
            strict=True,
        )
    )
    assert p["ran"] == pytest.approx(0.046875)  # by hand in the chapter
    assert sum(p.values()) == pytest.approx(1)
    figure.get_by_label("What comes after").select_option("<unk>")
    assert "Nothing was seen" in figure.locator(".fig-said").inner_text()


def test_play_moves_the_discount_at_once_where_motion_is_unwanted(page):
    page.emulate_media(reduced_motion="reduce")
    figure = page.locator("[data-figure=discount]")
    figure.get_by_role("button", name="Play").click()
    assert figure.get_by_role("slider").first.input_value() == "2"
    page.emulate_media(reduced_motion="no-preference")


# Smoothing


def slide(page: Page, knob: str, presses: list[str]) -> tuple[float, float]:
    """Press keys on the slider; returns what it is set to, and the bits per byte shown."""
    slider = page.locator("[data-figure=smoothing] input[type=range]")
    slider.focus()
    for key in presses:
        page.keyboard.press(key)
    text = slider.get_attribute("aria-valuetext")
    assert text.startswith(f"{knob} = ")
    return float(slider.input_value()), values(page, ".fig-cost")[0]


@pytest.mark.parametrize("presses", [["ArrowLeft"] * 3, ["Home"], ["End", "PageDown"]])
def test_add_k_costs_what_the_yardstick_says(page, presses, train, valid, vocabulary):
    position, bits = slide(page, "k", presses)
    model = NGram(vocabulary, 2, smoothing="add_k", k=10**position).fit(train)
    assert bits == pytest.approx(bits_per_byte(model, valid), abs=1e-6)
    p = model.distribution(vocabulary.encode("x Miss"))
    check_words(page, p, vocabulary)


@pytest.mark.parametrize("presses", [["ArrowRight"] * 4, ["End"]])
def test_a_discount_costs_what_plain_kneser_ney_does(
    page, presses, train, valid, vocabulary, monkeypatch
):
    page.get_by_role("radio", name="Kneser-Ney").check(force=True)
    page.locator("[data-figure=smoothing]").get_by_role("slider").fill("0.5")
    D, bits = slide(page, "D", presses)
    monkeypatch.setattr(ngram, "discounts", lambda count: np.array([0, D, D, D]))
    model = NGram(vocabulary, 2).fit(train)
    assert bits == pytest.approx(bits_per_byte(model, valid), abs=1e-6)
    check_words(page, model.distribution(vocabulary.encode("x Miss")), vocabulary)


def check_words(page: Page, p: np.ndarray, vocabulary: WordVocabulary) -> None:
    """The words after " Miss", and the share of all seen ones, have the probabilities `p`."""
    ids = [vocabulary.ids[word] for word in shown_words(page)]
    np.testing.assert_allclose(values(page, ".fig-left li"), p[ids], rtol=0, atol=1e-9)


def test_losses_are_those_of_the_models_of_half_the_text(modules, data, train, vocabulary):
    shipped = json.loads(gzip.decompress((data / "smoothing.json.gz").read_bytes()))
    half = train[::2]
    here, other = (
        ngram.count_ngrams(ngram.pad(map(vocabulary.encode, texts)), 2, vocabulary.size)[1]
        for texts in (half, train[1::2])
    )
    total = np.bincount(here.history, here.count, vocabulary.size)[here.history]
    lengths = [sum(len(vocabulary.encode(t)) + 2 for t in texts) for texts in (half, train[1::2])]
    keys, wanted = (t.history * vocabulary.size + t.word for t in (other, here))
    elsewhere = dict(zip(keys.tolist(), other.count, strict=True))
    found = np.array([elsewhere.get(key, 0) for key in wanted.tolist()])
    script = """async ([data, method, value]) => {
        const { loss } = await import("./smoothing.js");
        return data.losses.rows.map(row => loss(data, method, value, row));
    }"""
    model = OneDiscount(vocabulary, 0.7).fit(half)
    below = model.alpha[0][here.word] + model.backoff[0][0] / (vocabulary.size - 1)
    kneser_ney = model.alpha[1][:-1] + model.backoff[1][here.history] * below
    laplace = (here.count + 1) / (total + vocabulary.size - 1)
    for method, value, p in (("kneser_ney", 0.7, kneser_ney), ("add_k", 1, laplace)):
        losses = modules.evaluate(script, [shipped, method, value])
        for c, lost in enumerate(losses, 1):
            expected = c - (total * p)[here.count == c].mean()
            assert lost == pytest.approx(expected, abs=1e-6)
    for c, row in enumerate(shipped["losses"]["rows"], 1):
        measured = found[here.count == c].mean() * lengths[0] / lengths[1]
        assert row["elsewhere"] == pytest.approx(measured, abs=1e-9)


class OneDiscount(NGram):
    """Kneser-Ney bigrams with the same discount for every count."""

    def __init__(self, vocabulary, discount, counts=ngram.continuation_counts):
        super().__init__(vocabulary, 2)
        self.discount, self.counts = discount, counts

    def _kneser_ney(self, tables):
        d = np.array([0, *[self.discount] * 3])
        sizes = [1, *(len(table.word) for table in tables)]
        return [
            ngram.kneser_ney(table.history, count, size, d)
            for table, count, size in zip(tables, self.counts(tables), sizes, strict=False)
        ]


def test_measured_and_expected_losses_are_drawn_until_they_leave_the_chart(page, data):
    shipped = json.loads(gzip.decompress((data / "smoothing.json.gz").read_bytes()))
    rings = values(page, ".fig-ring[data-lost]", "lost")
    rows = shipped["losses"]["rows"]
    assert rings == pytest.approx([row["count"] - row["elsewhere"] for row in rows])
    assert 0 < len(values(page, ".fig-dot[data-lost]", "lost")) < len(rings)  # Laplace leaves
    slide(page, "k", ["Home"])
    assert len(values(page, ".fig-dot[data-lost]", "lost")) == len(rings)


def test_colours_say_what_smoothing_did_to_each_word(page):
    page.locator("[data-figure=smoothing] select").select_option(
        index=figures.ngrams.HISTORIES.index(" the")
    )
    page.get_by_role("radio", name="Kneser-Ney").check(force=True)
    page.locator("[data-figure=smoothing]").get_by_role("slider").fill("0.75")
    fates = dict(zip(shown_words(page), classes(page), strict=True))
    assert {fates[w] for w in (" Mrs", " not", " in", " of")} == {"fig-gain"}
    assert fates[" same"] == "fig-loss"
    slide(page, "D", ["Home"])
    assert set(classes(page)) == {"fig-same"}


def shown_words(page: Page) -> list[str]:
    """The words that the figure of smoothing lists."""
    return [e.get_attribute("data-word") for e in page.locator(".fig-left li").all()]


def classes(page: Page) -> list[str]:
    """What the colours of the bars stand for, from top to bottom."""
    return page.locator(".fig-left li").evaluate_all("all => all.map(li => li.classList[0])")


def test_the_curve_begins_where_it_is_finite(page):
    page.get_by_role("radio", name="Kneser-Ney").check(force=True)
    chart = page.locator("[data-figure=smoothing] svg:has(.fig-least)")
    drawn = chart.locator("polyline.fig-line").get_attribute("points").split()
    points = np.array([point.split(",") for point in drawn], float)
    left, roof = (
        min(float(e.get_attribute(name)) for e in chart.locator(".fig-grid").all())
        for name in ("x1", "y1")
    )
    assert points[0, 0] > left
    assert points[:, 1].min() > roof
    assert "∞ at D = 0" in chart.text_content()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_no_line_strikes_a_label(open_page, theme, width):
    page = open_page(theme, width).page
    for method in ("add-k", "Kneser-Ney"):
        page.get_by_role("radio", name=method).check(force=True)
        assert page.evaluate(STRUCK) == []
        dashed = page.locator("[data-figure=smoothing] .fig-dashed").first.get_attribute("y1")
        label = page.locator(".fig-chart text", has_text="lowest")
        label.evaluate("(e, y) => e.setAttribute('y', y)", float(dashed) + 4)
        assert len(page.evaluate(STRUCK)) == 1  # a planted fault is seen


def test_the_seen_words_share_is_theirs(page, train, vocabulary):
    history = page.locator("[data-figure=smoothing] select")
    history.select_option(index=3)
    slide(page, "k", ["ArrowLeft"] * 10)
    position = float(page.locator("[data-figure=smoothing] input[type=range]").input_value())
    model = NGram(vocabulary, 2, smoothing="add_k", k=10**position).fit(train)
    stream = ngram.pad(map(vocabulary.encode, train))
    very = vocabulary.ids[figures.ngrams.HISTORIES[3]]
    seen = np.unique(stream[1:][stream[:-1] == very])
    p = model.distribution(np.array([very]))
    assert values(page, ".fig-shares", "seen")[0] == pytest.approx(p[seen].sum(), abs=1e-9)


def test_without_smoothing_the_bill_is_infinite(page):
    page.get_by_role("radio", name="Kneser-Ney").check(force=True)
    assert slide(page, "D", ["Home"]) == (0, float("inf"))
    assert "∞" in page.locator(".fig-cost").inner_text()


def test_smoothing_equals_python_on_random_words(modules, data, train, vocabulary):
    rng = np.random.default_rng(2)
    shipped = json.loads(gzip.decompress((data / "smoothing.json.gz").read_bytes()))
    table = ngram.count_ngrams(ngram.pad(map(vocabulary.encode, train)), 2, vocabulary.size)
    preceding = ngram.continuation_counts(table)[0]
    total = np.bincount(table[1].history, table[1].count, vocabulary.size)
    kinds = np.bincount(table[1].history, minlength=vocabulary.size)
    rows = rng.integers(0, len(table[1].word), 200)
    h, w = table[1].history[rows], table[1].word[rows]
    counts = np.stack([table[1].count[rows], total[h], kinds[h], preceding[w]], axis=1)
    ks, Ds = 10 ** rng.uniform(-5, 1, 200), rng.uniform(0, 1, 200)
    found = modules.evaluate(
        """async ([data, counts, ks, Ds]) => {
            const { addK, kneserNey } = await import("./smoothing.js");
            return counts.map(([count, total, kinds, preceding], i) => {
                const word = { count, total, kinds, preceding };
                return [addK(data, ks[i], word), kneserNey(data, Ds[i], word)];
            });
        }""",
        [shipped, counts.tolist(), ks.tolist(), Ds.tolist()],
    )
    c, n, t, before = counts.T
    uniform = 1 / (vocabulary.size - 1)
    p1 = np.maximum(before - Ds, 0) / preceding.sum()
    p1 += Ds * np.count_nonzero(preceding) / preceding.sum() * uniform
    expected = [(c + ks) / (n + ks / uniform), np.maximum(c - Ds, 0) / n + Ds * t / n * p1]
    np.testing.assert_allclose(np.transpose(found), expected, rtol=1e-12)


# Shannon's game


def entropy_bounds(letters: list[list[int]]) -> tuple[float, float]:
    """Shannon 1951, equation 17, on rank frequencies sorted downwards.

    A letter has one rank, or several that are equally likely.
    """
    shares = [np.bincount(ranks, minlength=28)[1:] / len(ranks) for ranks in letters]
    q = -np.sort(-np.mean(shares, axis=0))
    i = np.arange(1, 28)
    lower = np.sum(i * (q - np.append(q[1:], 0)) * np.log2(i))
    return float(lower), float(-np.sum(q[q > 0] * np.log2(q[q > 0])))


def test_bounds_are_shannons_on_random_ranks(modules):
    rng = np.random.default_rng(3)
    ranks = [rng.geometric(0.4, size=rng.integers(1, 200)).clip(max=27) for _ in range(50)]
    games = [[[int(r)] if r % 3 else list(range(r, 28)) for r in game] for game in ranks]
    found = modules.evaluate(
        "async games => games.map((await import('./shannon.js')).bounds)", games
    )
    shown = [(bound["lower"], bound["upper"]) for bound in found]
    np.testing.assert_allclose(shown, [entropy_bounds(game) for game in games], atol=1e-12)
    assert all(lower <= upper + 1e-12 for lower, upper in shown)


def test_a_game_played_on_the_keyboard_scores_reader_and_models(page, data):
    game = json.loads((data / "shannon.json").read_text())["games"][0]
    page.locator(".fig-board").focus()
    page.keyboard.type("ei xshallq")  # two guesses for i, one for the space, two for s
    page.keyboard.press("?")  # the space after shall, after a wrong q: any of ranks 2 to 27
    page.keyboard.type("n")
    ranks = [[2], [1], [2], [1], [1], [1], [1], list(range(2, 28)), [1]]
    rows = page.locator(".fig-table tbody tr")
    you = (values(page, "tr[data-lower]", "lower")[0], values(page, "tr[data-lower]", "upper")[0])
    assert you == pytest.approx(entropy_bounds(ranks), abs=1e-9)
    mean = np.mean([np.mean(options) for options in ranks])
    assert rows.nth(0).locator("td").nth(1).inner_text() == f"{mean:.2f}"
    for m, model in enumerate(game["models"]):
        row = rows.nth(m + 1)
        bits = float(row.get_attribute("data-bits"))
        assert bits == pytest.approx(np.mean(model["bits"][:9]), abs=1e-9)
        lower = float(row.get_attribute("data-lower"))
        assert lower == pytest.approx(entropy_bounds([[r] for r in model["ranks"][:9]])[0])
    assert page.locator(".fig-letters li").count() == 10  # nine letters and the place to guess


def test_a_reader_who_only_looks_knows_no_more_than_that_there_are_27_symbols(page):
    for _ in range(12):
        page.get_by_role("button", name="Show the letter").click()
    row = page.locator(".fig-table tbody tr").first
    assert row.locator("td").all_inner_texts() == ["3.7\u00a0%", "14.00", "4.75–4.75", "?"]


def test_bounds_wait_for_letters(page):
    show = page.get_by_role("button", name="Show the letter")
    bounds = page.locator(".fig-table tbody tr").nth(1).locator("td").nth(2)
    band = page.locator("[data-figure=shannon] .fig-band")
    for _ in range(9):
        show.click()
    assert (bounds.inner_text(), band.count()) == ("–", 0)
    show.click()
    assert "–" in bounds.inner_text().strip("–")
    assert bounds.evaluate("e => e.className") == "fig-few"
    assert page.locator("[data-figure=shannon] .fig-few .fig-band").count() == 1
    for _ in range(38):
        show.click()
    page.get_by_role("button", name="Next sentence").click()
    for _ in range(3):
        show.click()
    assert bounds.evaluate("e => e.className") == ""
    assert band.count() == 2


def test_the_game_is_played_with_the_mouse_to_its_end_and_begins_again(page, data):
    games = json.loads((data / "shannon.json").read_text())["games"]
    figure = page.locator("[data-figure=shannon]")
    figure.locator("[data-letter=z]").click()
    assert figure.locator("[data-letter=z]").is_disabled()
    for _ in games[0]["symbols"]:
        figure.get_by_role("button", name="Show the letter").click()
    assert games[0]["sentence"] in figure.locator(".fig-said").inner_text()
    figure.get_by_role("button", name="Next sentence").click()
    assert games[1]["before"][-20:] in figure.locator(".fig-before").inner_text()
    figure.get_by_role("button", name="Start again").click()
    assert games[0]["before"][-20:] in figure.locator(".fig-before").inner_text()


def test_shipped_ranks_and_bits_are_the_models(data, train, valid):
    shipped = json.loads((data / "shannon.json").read_text())
    order, game = shipped["orders"][2], shipped["games"][4]
    vocabulary = ByteVocabulary()
    model = NGram(vocabulary, order).fit(figures.ngrams.letters(text) for text in train)
    assert any(f"{game['before']} {game['sentence']}" in text for text in valid)
    before = figures.ngrams.letters(game["before"]) + " "
    ids = vocabulary.encode(before + game["symbols"])
    bits = -model.log2_probs(ids)[len(before) : -1]
    np.testing.assert_allclose(game["models"][2]["bits"], bits, atol=1e-6)
    p = model.distribution(ids[: len(before)])
    likelier = np.sum(p[vocabulary.encode(figures.ngrams.SYMBOLS)] > p[ids[len(before)]])
    assert game["models"][2]["ranks"][0] == likelier + 1


# All figures


def test_page_has_no_script_error_and_asks_no_other_host(light):
    assert (light.errors, light.missing, light.outside) == ([], [], [])


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_figures_are_accessible_and_fit(open_page, theme, width):
    visit = open_page(theme, width)
    visit.page.locator(".fig-board").focus()
    visit.page.keyboard.type("ei shal")
    visit.page.locator("div.quiz input").first.check()
    visit.page.get_by_role("button", name="Check").click()
    assert structure_problems(visit) + colour_problems(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.errors == []


def test_every_control_is_reached_with_the_tab_key(page):
    controls = "button:enabled:not([tabindex]), input, select, textarea, .fig-board, .fig-scroll"
    left = page.evaluate(f"() => document.querySelectorAll('.figure-host :is({controls})').length")
    page.evaluate("document.activeElement.blur(); window.reached = new Set()")
    for _ in range(left + 5):
        page.keyboard.press("Tab")
        page.evaluate("reached.add(document.activeElement)")
    groups = page.locator(".figure-host fieldset").count()
    radios = page.locator(".figure-host input[type=radio]").count()
    reached = page.evaluate("[...reached].filter(e => e.closest('.figure-host')).length")
    assert reached == left - radios + groups  # one stop for each group of radio buttons


def test_a_figure_that_cannot_be_loaded_says_so(visit_at, address):
    page = visit_at(address, "missing.html").page
    page.get_by_text("This figure could not be loaded").wait_for()


def test_data_is_small_and_rebuilt_to_the_same_bytes(data, train, valid):
    own = ("explorer.bin", "smoothing.json.gz", "shannon.json")  # beside those of other topics
    assert sum((data / name).stat().st_size for name in own) < 1_500_000
    assert figures.ngrams.explorer_data(train) == (data / "explorer.bin").read_bytes()
    packed = gzip.decompress((data / "smoothing.json.gz").read_bytes())
    smoothing = figures.ngrams.smoothing_data(train, valid, figures.ngrams.HISTORIES)
    assert figures.widget.to_json(smoothing) == packed
    sentence = "He has imposed on me, but he has not injured me."
    games = [figures.ngrams.shannon_data(train[:9], valid, [sentence]) for _ in range(2)]
    assert games[0] == games[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_widget_runs_the_module_of_the_page(name):
    texts = ["the cat sat on the mat", "the dog sat", "my cat ran, the cat sat"] * 3
    made = {
        "counting": lambda: figures.counting(texts),
        "discount": lambda: figures.discount(texts, "cat"),
        "explorer": lambda: figures.explorer(texts),
        "smoothing": lambda: figures.smoothing(texts, texts, [" cat"]),
        "shannon": lambda: figures.shannon(texts, ["my cat ran"], ["cat ran"]),
    }[name]()
    module, helper = ((FIGURES / file).read_text() for file in (f"{name}.js", "draw.js"))
    start = module[: module.index("import {")]
    rest = module[module.index('from "./draw.js";\n') + len('from "./draw.js";\n') :]
    cutting = (FIGURES / "words.js").read_text().replace("\nexport ", "\n")
    rest = rest.replace('import { words } from "./words.js";\n', cutting)
    assert made._esm == start + helper.replace("\nexport ", "\n") + rest
    assert made.data


WIDGETS = {
    "counting": lambda: figures.counting(["a b a b"]),
    "discount": lambda: figures.discount(["a b a b", "b a"], "a"),
    "smoothing": lambda: figures.smoothing(
        ["the cat sat", "the cat ran"] * 2, ["the cat sat"], [" cat"]
    ),
}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_draws_itself_in_an_empty_page(open_page, name):
    page = open_page("quiz").page
    widget = WIDGETS[name]()
    page.evaluate(
        """async ([code, data]) => {
            const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
            const el = document.querySelector("main").appendChild(document.createElement("div"));
            await (await import(url)).default.render({ model: { get: () => data }, el });
        }""",
        [str(widget._esm), widget.data],
    )
    page.get_by_role("slider").first.wait_for()
    shown = page.locator("[data-value], [data-count]").first
    shown.wait_for(state="attached")
    assert "NaN" not in page.locator("main").inner_text()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.smoothing(["a b"], ["a"], [" zebra"]), "zebra"),
        (lambda: figures.shannon(["a b"], ["a b"], ["No such sentence."]), "No such"),
        (lambda: figures.quiz({"Which?": [("a", True, ""), ("b", True, "")]}), "Which"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Quiz and prediction


def test_quiz_answers_on_check_and_not_on_an_arrow_key(open_page):
    page = open_page("quiz").page
    check = page.get_by_role("button", name="Check")
    check.click()  # nothing is chosen: nothing is told
    assert page.locator(".fig-why:visible").count() == 0
    page.get_by_label("the right one").focus()
    page.keyboard.press("ArrowUp")
    assert page.get_by_label("the wrong one").is_checked()
    assert page.locator(".fig-why:visible").count() == 0
    page.keyboard.press("Enter")
    words = page.locator(".fig-why:visible").inner_text().split()
    assert words == ["✗", "Wrong.", "No", "—", "never."]
    assert page.locator(".fig-score").inner_text() == "0 of 1 right at the first try."
    page.keyboard.press("ArrowDown")
    assert page.locator(".fig-why:visible").count() == 1
    check.click()
    why = page.locator(".fig-why:visible").last
    assert why.inner_text().split() == ["✓", "Right.", "Yes,", "indeed."]
    assert why.locator("code").inner_text() == "indeed"
    assert page.locator(".fig-score").inner_text() == "0 of 1 right at the first try."


def test_quiz_without_its_script_tells_no_answer(browser, address):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}quiz.html")
    assert page.get_by_text("the right one").is_visible()
    assert page.locator("div.quiz input:visible").count() == 0
    assert not page.get_by_text("never").is_visible()
    note = page.locator("div.quiz").evaluate("e => getComputedStyle(e, '::before').content")
    assert "make serve" in note
    page.close()


def test_a_host_keeps_no_room_for_what_cannot_come(browser, address):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}light.html")
    heights = page.locator(".figure-host").evaluate_all("all => all.map(e => e.clientHeight)")
    assert max(heights) < 120
    page.close()


def test_a_computed_quiz_works_in_the_page_and_folds_its_answers_without_it(open_page):
    folded = figures.quiz({"2 > 1?": [("yes", True, "It `is`."), ("no", False, "")]}).data
    right = '<summary>Check</summary><b class="verdict">Right.</b> It <code>is</code>.</details>'
    assert right in folded
    page = open_page("computed").page
    page.get_by_label("yes").check()
    page.get_by_role("button", name="Check").click()
    said = page.locator(".fig-why:visible").all_inner_texts()
    assert [text.split() for text in said] == [["✓", "Right.", "Count."], ["✗", "Wrong.", "Look."]]
    assert page.locator("legend code").inner_text() == "2 < 3"
    number = page.locator("div.quiz ol").evaluate("e => getComputedStyle(e).counterReset")
    assert number == "question 6"  # the first question counts on: 7


def test_a_prediction_stands_beside_the_answer(open_page):
    page = open_page("quiz").page
    assert not page.get_by_text("42").is_visible()
    page.get_by_label("Your prediction").fill("40")
    page.keyboard.press("Enter")
    assert page.get_by_text("42").is_visible()
    assert page.get_by_text("six times nine").is_visible()
    assert not page.get_by_text("Not an answer").is_visible()
    assert "40" in page.locator("div.predict output").inner_text()
