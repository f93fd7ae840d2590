"""The figures of the chapter on architectures, moved in a real browser and compared with Python."""

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures
from minillm.architectures import SIZES, cache_bytes, configure, count_parameters
from minillm.flops import per_token

NAMES = ("configurator", "twoletters")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with both figures: light.html and dark.html."""
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES) as served:
        yield served


@pytest.mark.parametrize("row", ["original", "bert", "llama", "chatglm", "bloom"])
def test_configurator_counts_as_the_library(page, row):
    base = configure(
        row, vocab_size=97, n_layers=3, n_heads=6, width=48, hidden=20, context=17, n_kv_heads=6
    )
    for config in (base, replace(base, n_kv_heads=2), replace(base, n_layers=1, width=96)):
        sizes = {
            "row": row,
            "V": config.vocab_size,
            "L": config.n_layers,
            "H": config.n_heads,
            "Hkv": config.kv_heads,
            "C": config.width,
            "F": config.hidden,
            "context": config.context,
        }
        parts = call(page, "configurator", "parameters", sizes)
        assert sum(parts.values()) == count_parameters(config)
        assert call(page, "configurator", "flops", sizes, 11) == per_token(config, 11)
        cache = call(page, "configurator", "memory", sizes, 3, 11)["cache"]
        assert cache == 33 * cache_bytes(config)


def test_configurator_shows_the_published_sizes(page):
    figure = page.locator("[data-figure=configurator]")
    total = figure.locator("output.fig-cost")
    for label, name in (("LLaMA", "LLaMA 7B"), ("BLOOM", "BLOOM-176B"), ("BERT", "BERT base")):
        figure.get_by_label(label, exact=True).check(force=True)
        assert int(total.get_attribute("data-value")) == count_parameters(SIZES[name].config)
    figure.get_by_label("LLaMA", exact=True).check(force=True)
    cache = figure.locator("tr[data-name^='KV cache']")
    whole = float(cache.get_attribute("data-value"))
    figure.get_by_label("Key heads").press("ArrowLeft")
    assert float(cache.get_attribute("data-value")) == whole / 2


def test_two_letters_are_those_of_the_chapter(page):
    for p in ([0.4, 0.1, 0.1, 0.4], [0.3, 0.2, 0.4, 0.1], [0.5, 0, 0, 0.5], [1, 0, 0, 0]):
        chain = call(page, "twoletters", "chain", p)
        assert chain == pytest.approx(p, abs=1e-12)
        first = [p[0] + p[1], p[2] + p[3]]
        second = [p[0] + p[2], p[1] + p[3]]
        want = [p[i] ** 2 / (first[i >> 1] * second[i & 1]) if p[i] else 0.0 for i in range(4)]
        assert call(page, "twoletters", "pseudo", p) == pytest.approx(want, abs=1e-12)
    figure = page.locator("[data-figure=twoletters]")
    told = figure.locator("output.fig-cost")
    assert float(told.get_attribute("data-value")) == pytest.approx(1.36)
    figure.get_by_role("button", name="Independent").click()
    assert float(told.get_attribute("data-value")) == pytest.approx(1)
    figure.get_by_label("Weight of AB").press("ArrowRight")
    assert not math.isclose(float(told.get_attribute("data-value")), 1, abs_tol=1e-6)
    figure.get_by_role("button", name="The chapter's").click()


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    assert figures.configurator().data == {"model": "LLaMA 7B"}
    assert figures.twoletters([0.25] * 4).data["p"] == [0.25] * 4
    for widget in (figures.configurator(), figures.twoletters()):
        assert stands_alone(widget)
