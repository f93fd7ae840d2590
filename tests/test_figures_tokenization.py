"""The figures on tokenization: moved in a real browser, their ids compared with Python."""

import gzip
import json
import os
import random
from collections.abc import Iterator

import numpy as np
import pytest
from figure_pages import figure_pages, in_each_look, problems, stands_alone
from playwright.sync_api import Page
from repository import make

from minillm import bpe, figures
from minillm.corpus import WordVocabulary, austen, chinese
from minillm.tokenizer import Tokenizer

NAMES = ("merges", "fertility")
TEXTS = (
    "ahaha hahahaha",
    "It is a truth universally acknowledged, that Mr. Darcy's 10,000 pounds\n\n  are -- enough.",
    "naïve 天地玄黃 👩‍🚀 e\u0301 \x00\x1c\x85\u3000\ufeff </s>",
    "",
    " ",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    made = make("book/figures/data/shannon.json")
    assert made.returncode == 0, made.stderr
    data = {"merges.json.gz": (figures.widget.FIGURES / "data" / "merges.json.gz").read_bytes()}
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data) as served:
        yield served


@pytest.fixture(scope="module")
def train() -> list[str]:
    return [chapter.text for chapter in austen("train")]


@pytest.fixture(scope="module")
def tokenizer(train) -> Tokenizer:
    return Tokenizer.train(train, 4096)


def first(tokenizer: Tokenizer, n: int) -> Tokenizer:
    """The tokenizer after its first n merges."""
    return Tokenizer(tokenizer.tokens[: 258 + n], tokenizer.merges[:n], tokenizer.special)


def in_page(page: Page, body: str, *arguments):
    """What an expression gives in the page: `m` is bpe.js, `t` Austen's tokenizer there."""
    script = """async ([body, args]) => {
        const m = await import("./bpe.js"), { unzip } = await import("./draw.js");
        const packed = await (await fetch("data/merges.json.gz")).arrayBuffer();
        const data = JSON.parse(new TextDecoder().decode(await unzip(packed)));
        const t = m.tokenizer(data, "austen");
        return new Function("m", "t", "data", "args", `return ${body}`)(m, t, data, args);
    }"""
    return page.evaluate(script, [body, arguments])


def random_texts(n: int) -> list[str]:
    """Texts of letters, marks, spaces and other scripts."""
    rng = random.Random(3)
    alphabet = [*"aehnt  's’-.19½é天\n\t\x1c\x85\u3000\ufeffß😀", " the", "haha", "Emma"]
    return ["".join(rng.choices(alphabet, k=rng.randint(0, 40))) for _ in range(n)]


@pytest.mark.parametrize("n", [0, 1, 11, 500, 3838])
def test_ids_in_the_page_are_those_of_python(page, tokenizer, n):
    texts = [*TEXTS, *random_texts(100)]
    found = in_page(page, "args[0].map((text) => m.encode(t, text, args[1]))", texts, n)
    smaller = first(tokenizer, n)
    assert found == [smaller.encode(text).tolist() for text in texts]


def test_ids_of_every_corpus_are_those_of_python(page, train):
    classics = [document.text for document in chinese()]
    corpora = {"chinese": classics, "both": train + classics}
    texts = [*TEXTS, *(text[:300] for text in classics[:20])]
    for name, corpus in corpora.items():
        body = "args[0].map((text) => m.encode(m.tokenizer(data, args[1]), text))"
        trained = Tokenizer.train(corpus, 4096)
        assert in_page(page, body, texts, name) == [trained.encode(x).tolist() for x in texts]


def test_longest_match_takes_the_longest_token(page, tokenizer):
    texts = [*TEXTS, *random_texts(60)]
    found = in_page(page, "args[0].map((text) => m.longestMatch(t, text, 900))", texts)
    known = {token: i for i, token in enumerate(tokenizer.tokens[: 258 + 900]) if i > 1}
    differ = 0
    for text, ids in zip(texts, found, strict=True):
        want = []
        for piece in tokenizer.cut(text):
            data = piece.encode()
            while data:
                end = next(n for n in range(len(data), 0, -1) if data[:n] in known)
                want.append(known[data[:end]])
                data = data[end:]
        assert ids == want
        differ += ids != first(tokenizer, 900).encode(text).tolist()
    assert differ > 0


def test_steps_are_the_merges_that_change_a_text(page, tokenizer):
    text = "Elizabeth laughed: ahaha 天"
    want = []
    before = first(tokenizer, 0).encode(text).tolist()
    steps = in_page(page, "m.steps(t, args[0])", text)
    for n in steps:
        assert first(tokenizer, n - 1).encode(text).tolist() == before
        before = first(tokenizer, n).encode(text).tolist()
        want.append(n)
    assert before == tokenizer.encode(text).tolist()
    assert want == sorted(set(steps))
    assert len(steps) == len(set(steps)) > 8


def test_words_of_the_page_are_those_of_the_vocabulary(page, train):
    vocabulary = WordVocabulary.build(train)
    found = page.evaluate(
        """async ([texts]) => {
            const m = await import("./bpe.js"), { unzip } = await import("./draw.js");
            const { words } = await import("./words.js");
            const packed = await (await fetch("data/merges.json.gz")).arrayBuffer();
            const data = JSON.parse(new TextDecoder().decode(await unzip(packed)));
            const ids = new Map(data.words.map((word, i) => [word, 258 + i]));
            return texts.map((text) => m.encodeWords(ids, words(text)));
        }""",
        [TEXTS],
    )
    assert found == [vocabulary.encode(text).tolist() for text in TEXTS]


def test_counts_are_those_of_the_moment(tokenizer, train):
    counts = figures.tokens.counts_when_merged(first(tokenizer, 3), train[:9])
    pieces = [piece for text in train[:9] for piece in tokenizer.cut(text)]
    for n in range(3):
        young = first(tokenizer, n)
        words = [young.encode(piece).tolist() for piece in pieces]
        assert bpe.count_pairs(words, [1] * len(words))[tokenizer.merges[n]] == counts[n]


# The merge player


def shown(page: Page) -> list[int]:
    """The ids that the merge player shows."""
    tokens = page.locator("[data-figure=merges] .fig-tokens").first.locator("[data-id]").all()
    return [int(token.get_attribute("data-id") or "") for token in tokens]


def test_player_steps_through_the_merges_of_a_text(page, tokenizer):
    figure = page.locator("[data-figure=merges]")
    figure.get_by_label("Your text").fill("ahaha")
    slider = figure.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    assert shown(page) == first(tokenizer, 0).encode("ahaha").tolist()
    assert "one byte" in figure.locator(".fig-said").inner_text()
    on = figure.get_by_role("button", name="Next")
    on.focus()
    page.keyboard.press("Enter")
    assert shown(page) == [66, 267, 267]  # a ha ha
    assert figure.locator("[data-fresh]").count() == 2
    assert "Merge 10: h + a → ha" in figure.locator(".fig-said").inner_text()
    figure.get_by_role("button", name="Back").click()
    assert len(shown(page)) == 5
    slider.focus()
    page.keyboard.press("End")
    assert shown(page) == tokenizer.encode("ahaha").tolist()
    assert slider.get_attribute("aria-valuetext") == "3838 merges"


def test_player_plays_and_pauses(page):
    figure = page.locator("[data-figure=merges]")
    figure.get_by_label("Your text").fill("the truth")
    figure.get_by_role("slider").fill("0")
    before = shown(page)
    figure.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "n => document.querySelectorAll('[data-figure=merges] [data-id]').length < n",
        arg=len(before),
    )
    figure.get_by_role("button", name="Pause").click()
    assert figure.get_by_role("button", name="Play").is_visible()


def test_player_shows_where_the_longest_match_differs(page, tokenizer):
    figure = page.locator("[data-figure=merges]")
    text = next(
        word
        for word in ("acknowledged", "unhappiness", "Elizabethan", "nothingness", "therefore")
        if in_page(page, "m.longestMatch(t, args[0])", word) != tokenizer.encode(word).tolist()
    )
    figure.get_by_label("Your text").fill(text)
    figure.get_by_role("slider").fill("1000")
    figure.get_by_label("show longest match").check()
    assert "in another way" in figure.inner_text()
    assert figure.locator("[data-odd]").count() > 0
    figure.get_by_label("show longest match").uncheck()


# Fertility


def rows(page: Page) -> dict[str, int]:
    """How many tokens each row of the fertility figure has."""
    found = page.locator("[data-figure=fertility] [data-row]").all()
    return {
        str(row.get_attribute("data-row")): int(row.get_attribute("data-tokens") or "")
        for row in found
    }


@pytest.mark.parametrize("preset", ["English", "Chinese", "Numbers", "Emoji"])
def test_fertility_counts_what_the_vocabularies_count(page, tokenizer, train, preset):
    figure = page.locator("[data-figure=fertility]")
    figure.get_by_role("combobox").select_option(preset)
    figure.get_by_role("radio", name="Austen").check(force=True)
    figure.get_by_role("slider").fill("8")
    text = figure.get_by_label("Your text").input_value()
    size = round(258 * (4096 / 258) ** 0.5)
    assert rows(page) == {
        "bytes": len(text.encode()),
        "BPE": len(first(tokenizer, size - 258).encode(text)),
        "words": len(WordVocabulary.build(train).encode(text)),
    }


def test_fertility_of_chinese_is_flat_for_austen_and_falls_for_the_classics(page):
    text = "關關雎鳩，在河之洲。"
    found = page.evaluate(
        """async text => {
            const m = await import("./bpe.js"), { unzip } = await import("./draw.js");
            const { curve } = await import("./fertility.js");
            const packed = await (await fetch("data/merges.json.gz")).arrayBuffer();
            const data = JSON.parse(new TextDecoder().decode(await unzip(packed)));
            return ["austen", "chinese"].map((name) => curve(m.tokenizer(data, name), text, 4096));
        }""",
        text,
    )
    flat, falling = np.array(found)[:, :, 1]
    assert np.all(flat == 3)
    assert np.all(np.diff(falling) <= 0)
    assert falling[-1] < 1.5


# Both


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_hold_the_data_of_their_texts():
    small = figures.merges(["ha ha haha"], 262)
    assert len(small.data["corpora"]["austen"]["counts"]) == 3
    both = figures.fertility({"one": ["aha"], "two": ["haha"]}, 260)
    assert list(both.data["corpora"]) == ["one", "two"]
    for widget in (small, both):
        assert stands_alone(widget)
        json.dumps(widget.data)


def test_data_is_that_of_the_library(address, tokenizer):
    packed = (figures.widget.FIGURES / "data" / "merges.json.gz").read_bytes()
    data = json.loads(gzip.decompress(packed))
    pairs = data["corpora"]["austen"]["merges"]
    assert list(zip(pairs[::2], pairs[1::2], strict=True)) == tokenizer.merges
    assert data["bytes"] == tokenizer.byte_ids
    assert data["corpora"]["austen"]["counts"] == sorted(
        data["corpora"]["austen"]["counts"], reverse=True
    )


def test_a_notebook_takes_what_the_built_book_mounts(tmp_path, monkeypatch):
    """Unless the library is newer than the book."""
    monkeypatch.setattr(figures.widget, "FIGURES", tmp_path)
    file = tmp_path / "data" / "some.json.gz"
    made = []

    def make():
        made.append(1)
        return {"by": "make"}

    assert figures.widget.mounted(file.name, make) == {"by": "make"}
    file.parent.mkdir()
    file.write_bytes(figures.widget.packed({"by": "the book"}))
    assert figures.widget.mounted(file.name, make) == {"by": "the book"}
    os.utime(file, (0, 0))
    assert figures.widget.mounted(file.name, make) == {"by": "make"}
    assert len(made) == 2
