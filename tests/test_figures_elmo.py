"""The figures of the chapter on vectors in context, moved in a browser and compared with Python."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone
from test_elmo import Stack

from minillm import elmo, figures, senses, states, word2vec

NAMES = ("reading", "bankmap")


@pytest.fixture(scope="module")
def shown() -> dict:
    """The data of the bank explorer."""
    return figures.senses.bankmap_data()


@pytest.fixture(scope="module")
def address(tmp_path_factory, shown) -> Iterator[str]:
    """A served folder of two pages with both figures: light.html and dark.html."""
    data = figures.widget.packed(shown)
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, {"bankmap.json.gz": data}) as served:
        yield served


# The mathematics


def test_what_has_been_read_is_what_gradients_say(page):
    ids = torch.tensor([0, 5, 6, 7, 1])
    torch.manual_seed(0)
    for kind, model in (("two", elmo.BiLM(12, 6)), ("stack", Stack(12, 6))):
        for layer in (1, 2):
            halves = zip(
                ("forward", "backward"), states.tokens_read(model, ids, layer), strict=True
            )
            for half, table in halves:
                for t in range(5):
                    places = call(page, "reading", "read", kind, layer, half, t, 5)
                    assert places == table[t].nonzero().flatten().tolist(), (kind, layer, half, t)


def test_targets_are_the_neighbours(page):
    assert [call(page, "reading", "target", "forward", t, 4) for t in range(4)] == [1, 2, 3, None]
    assert [call(page, "reading", "target", "backward", t, 4) for t in range(4)] == [None, 0, 1, 2]


def test_mix_is_that_of_the_library(page, shown):
    layers = np.array(call(page, "bankmap", "unpack", shown["words"][1]))
    assert layers.shape == (3, 24, 128)
    s = [0.3, -1.2, 2.0]
    mix = elmo.ScalarMix(3)
    with torch.no_grad():
        mix.s.copy_(torch.tensor(s))
        want = mix(torch.tensor(layers, dtype=torch.float32)).numpy()
    ours = call(page, "bankmap", "mix", layers.tolist(), s)
    np.testing.assert_allclose(ours, want, atol=1e-6)
    forward = np.array(call(page, "bankmap", "mix", layers.tolist(), s, "forward"))
    np.testing.assert_allclose(forward[:, :64], want[:, :64], atol=1e-6)
    assert not forward[:, 64:].any()


def test_stored_vectors_are_those_of_the_model(page, shown):
    model, vocabulary = elmo.stored()
    word = shown["words"][0]
    texts = [s["text"] for s in word["sentences"]]
    ends = [text.index(word["word"]) + len(word["word"]) for text in texts]
    want = states.vectors(model, vocabulary, texts, ends).numpy()
    layers = np.array(call(page, "bankmap", "unpack", word))
    np.testing.assert_allclose(layers, want, atol=0.6 * max(word["scales"]))
    assert [w["word"] for w in shown["words"]] == list(senses.SENSES)
    assert all(
        sum(s["sense"] == w["senses"][0] for s in w["sentences"]) == 12 for w in shown["words"]
    )


def test_neighbours_and_places_are_those_of_python(page):
    rows = np.random.default_rng(2).standard_normal((20, 7))
    ids, cosines = word2vec.neighbours(rows, 4, 6)
    found = call(page, "bankmap", "nearest", rows.tolist(), 4, 6)
    assert [i for i, _ in found] == ids.tolist()
    np.testing.assert_allclose([c for _, c in found], cosines, atol=1e-6)
    middle = call(page, "bankmap", "centred", rows.tolist())
    np.testing.assert_allclose(middle, rows - rows.mean(0), atol=1e-12)
    axes = rows[:2]
    np.testing.assert_allclose(
        call(page, "bankmap", "project", rows.tolist(), axes.tolist()), rows @ axes.T, atol=1e-9
    )


# The figures


def test_stack_leaks_in_the_second_layer_only(page):
    figure = page.locator("[data-figure=reading]")
    leaks = figure.locator("[data-leak=true]")
    assert leaks.count() == 0
    figure.get_by_label("one bidirectional stack").check(force=True)
    assert leaks.count() == 2
    assert "which it has read" in figure.inner_text()
    figure.get_by_label("1", exact=True).check(force=True)
    assert leaks.count() == 0
    figure.get_by_label("two models").check(force=True)
    figure.get_by_label("2", exact=True).check(force=True)


def test_heads_follow_the_slider_and_the_sentence(page):
    figure = page.locator("[data-figure=reading]")
    figure.get_by_label("Sentence").fill("they robbed the bank")
    slider = figure.locator("input[type=range]")
    slider.fill("4")
    assert "the vector of “bank”" in figure.inner_text()
    ahead = figure.locator("[data-half=forward] [data-read=true]")
    assert [chip.get_attribute("data-place") for chip in ahead.all()] == [*"01234"]
    slider.press("ArrowLeft")
    assert ahead.count() == 4
    figure.get_by_label("Sentence").fill("")
    assert figure.locator("[data-half=forward] [data-place]").count() == 2
    figure.get_by_label("Sentence").fill("the river bank")


def test_bank_has_one_vector_in_layer_0_and_two_senses_in_layer_2(page):
    figure = page.locator("[data-figure=bankmap]")
    figure.get_by_label("0", exact=True).check(force=True)
    assert "one vector" in figure.locator("[role=status]").inner_text()
    figure.get_by_label("2", exact=True).check(force=True)
    weights = json.loads(figure.locator("output").get_attribute("data-value"))
    assert weights[2] > 0.999
    assert "6 of 6 neighbours" in figure.locator("[role=status]").inner_text()
    figure.get_by_label("ring", exact=True).check(force=True)
    assert "6 of 6 neighbours" in figure.locator("[role=status]").inner_text()
    first = figure.locator("li").first.inner_text()
    figure.locator("select").select_option("13")
    assert figure.locator("li").first.inner_text() != first
    cosine = float(figure.locator("li").last.get_attribute("data-value"))
    figure.get_by_label("mean removed").uncheck()
    assert float(figure.locator("li").last.get_attribute("data-value")) != cosine
    figure.get_by_label("mean removed").check()
    figure.locator("input[type=range]").first.fill("8")
    weights = json.loads(figure.locator("output").get_attribute("data-value"))
    assert weights == pytest.approx([0.5, 0, 0.5], abs=1e-3)


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures(shown):
    assert figures.reading().data == {}
    assert figures.reading("a b").data == {"sentence": "a b"}
    assert figures.bankmap().data["words"][0]["bytes"] == shown["words"][0]["bytes"]
    for widget in (figures.reading(), figures.bankmap()):
        assert stands_alone(widget)
