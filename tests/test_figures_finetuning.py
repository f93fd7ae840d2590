"""The figures of the chapter on fine-tuning, moved in a real browser, against Python."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures, tuning
from minillm.figures import finetuning as data_of
from minillm.finetuning import count
from minillm.gazette import load_gazette

NAMES = ("lowrank", "rankwhere")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, data_of.files()) as served:
        yield served


# The mathematics


def test_updates_in_the_page_are_products(page):
    data = data_of.lowrank_data()
    W, A, B = (np.array(data[name]) for name in "WAB")
    for r in (1, 3, 4):
        want = B[:, :r] @ A[:r]
        assert np.allclose(call(page, "lowrank", "update", data["A"], data["B"], r), want, 1e-6)
        got = call(page, "lowrank", "merged", data["W"], data["A"], data["B"], r, 0.7)
        assert np.allclose(got, W + 0.7 * want, 1e-6)
        assert call(page, "lowrank", "rank", want.tolist()) == np.linalg.matrix_rank(want) == r
    assert call(page, "lowrank", "rank", np.zeros((3, 2)).tolist()) == 0
    assert call(page, "lowrank", "stored", 8, 12, 2) == [40, 96]


@pytest.mark.parametrize("names", [["q", "v"], ["qkv", "out"], ["up", "down"], ["q"]])
def test_counts_in_the_page_are_those_of_the_library(page, names):
    net = load_gazette().net
    tuning.lora(net, names, 4, 8.0, torch.Generator().manual_seed(0))
    n, _, n_bytes = count(net)
    data = data_of.rankwhere_data()
    assert call(page, "rankwhere", "trained", data, names, 4) == n
    assert call(page, "rankwhere", "optimizerBytes", n) == n_bytes


def test_stored_runs_train_as_much_as_the_page_says(page):
    data = data_of.rankwhere_data()
    assert data["all"] == count(load_gazette().net)[1]
    for run in data["runs"]:
        assert call(page, "rankwhere", "trained", data, run["names"], run["r"]) == run["trained"]
        assert run in call(page, "rankwhere", "runsOf", data, run["names"][::-1], run["r"])


def test_runs_of_one_rate_stand_together(page):
    runs = [{"rate": 0.03, "test": 0.41}, {"rate": 0.01, "test": 0.8}, {"rate": 0.03, "test": 0.96}]
    said = call(page, "rankwhere", "reached", runs)
    assert said == (
        "41, 96 % of the answers right at the rate 0.03; 80 % of the answers right at the rate 0.01"
    )


# The figures


def test_rank_and_merge_change_the_pictures(page):
    figure = page.locator("[data-figure=lowrank]")
    rank = figure.locator("input[data-name=r]")
    assert "has rank 1" in figure.locator("[role=status]").inner_text()
    rank.focus()
    page.keyboard.press("ArrowRight")
    assert "has rank 2" in figure.locator("[role=status]").inner_text()
    assert figure.locator("svg[data-name=A] rect").count() == 24
    before = figure.locator("svg[data-name=W]").get_attribute("aria-label")
    figure.get_by_role("button", name="merge", exact=True).click()
    label = figure.locator("svg[data-name='W + update']")
    label.wait_for()
    page.wait_for_timeout(800)
    assert label.get_attribute("aria-label") != before
    figure.get_by_role("button", name="unmerge").click()
    page.wait_for_timeout(800)
    assert figure.locator("svg[data-name=W]").get_attribute("aria-label") == before


def test_layers_and_rank_are_counted(page):
    figure = page.locator("[data-figure=rankwhere]")

    def value(name):
        return float(figure.locator(f"td[data-name='{name}']").get_attribute("data-value"))

    assert value("numbers that are trained") == 6144
    assert "Stored" in figure.locator("[role=status]").inner_text()
    figure.locator("input[data-name=r]").fill("0")
    assert value("numbers that are trained") == 1536
    for name in ("qkv", "up"):
        figure.locator(f"[data-layer={name}]").focus()
        page.keyboard.press("Enter")
    assert figure.locator("[data-layer=q]").get_attribute("aria-pressed") == "false"
    assert value("numbers that are trained") == 4 * (4 * 96 + 5 * 96)
    assert "was not run" in figure.locator("[role=status]").inner_text()
    for name in ("qkv", "up"):
        figure.locator(f"[data-layer={name}]").click()
    assert value("bytes of AdamW") == 0


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    for widget in (figures.lowrank(), figures.rankwhere()):
        assert stands_alone(widget)
