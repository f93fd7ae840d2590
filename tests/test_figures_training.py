"""The figures of the chapter on training, moved in a real browser, against Python."""

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from figure_pages import call, figure_pages, in_each_look, problems, stands_alone

from minillm import figures, flops, training
from minillm.architectures import configure, n_parameters
from minillm.figures.training import files, schedules_data

NAMES = ("ravine", "schedule", "budget")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A served folder of two pages with the figures: light.html and dark.html."""
    with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, files()) as served:
        yield served


# The mathematics


def path_of_torch(rule, start, k, lr, scale, n):
    w = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = {
        "sgd": lambda p: torch.optim.SGD(p, lr),
        "momentum": lambda p: torch.optim.SGD(p, lr, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr, betas=(0.9, 0.95)),
        "adamw": lambda p: torch.optim.AdamW(p, lr, betas=(0.9, 0.95), weight_decay=0.3),
    }[rule]([w])
    path = [w.tolist()]
    for _ in range(n):
        optimizer.zero_grad()
        (scale * (w[0] ** 2 + k * w[1] ** 2) / 2).backward()
        optimizer.step()
        path.append(w.tolist())
    return path


@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize(("k", "lr", "scale"), [(20, 0.08, 1), (5, 0.003, 100), (100, 0.015, 1)])
def test_paths_are_those_of_torch(page, rule, k, lr, scale):
    settings = {"k": k, "lr": lr, "scale": scale, "n": 40}
    ours = np.array(call(page, "ravine", "descend", rule, [-4, 1.5], settings))
    want = np.array(path_of_torch(rule, [-4, 1.5], k, lr, scale, 40))
    np.testing.assert_allclose(ours, want, rtol=1e-6, atol=1e-6)


def test_adam_does_not_see_the_scale_and_sgd_does(page):
    paths = {
        (rule, scale): np.array(
            call(page, "ravine", "descend", rule, [2, 1], {"k": 9, "lr": 0.01, "scale": scale})
        )
        for rule in ("adam", "sgd")
        for scale in (1, 100)
    }
    np.testing.assert_allclose(paths["adam", 1], paths["adam", 100], atol=1e-5)
    assert np.abs(paths["sgd", 1] - paths["sgd", 100]).max() > 0.1


@pytest.mark.parametrize("shape", ["cosine", "stable"])
@pytest.mark.parametrize(
    "size", [(100, 10, 0.0), (60, 0, 0.1), (7, 7, 0.5), (5, 4, 0.2), (1, 0, 0)]
)
def test_schedules_are_those_of_the_library(page, shape, size):
    rate = training.warmup_cosine if shape == "cosine" else training.warmup_stable_decay
    for step in range(size[0]):
        assert call(page, "schedule", "share", shape, step, *size) == pytest.approx(
            rate(step, *size), abs=1e-9
        )


def test_nearest_run_is_the_one_with_the_least_distance(page):
    data = schedules_data()
    n = data["n_steps"]
    design = {"shape": "cosine", "peak": 4e-3, "warmup": 7, "floor": 0.3}

    def rates(run):
        rate = training.warmup_cosine if run["shape"] == "cosine" else training.warmup_stable_decay
        return np.array([run["peak"] * rate(s, n, run["warmup"], run["floor"]) for s in range(n)])

    own = rates(design)
    gaps = [np.abs(own - rates(run)).sum() / own.sum() for run in data["runs"]]
    for run, gap in zip(data["runs"], gaps, strict=True):
        assert call(page, "schedule", "distance", design, run, n) == pytest.approx(gap, rel=1e-6)
    assert call(page, "schedule", "nearest", design, data["runs"], n) == int(np.argmin(gaps))
    exact = {name: data["runs"][3][name] for name in ("shape", "peak", "warmup", "floor")}
    assert call(page, "schedule", "nearest", exact, data["runs"], n) == 3
    assert call(page, "schedule", "distance", exact, data["runs"][3], n) == 0


@pytest.mark.parametrize(
    ("L", "C", "V", "T"), [(2, 64, 512, 64), (6, 256, 4096, 256), (12, 768, 50_257, 1024)]
)
def test_budget_counts_what_the_library_counts(page, L, C, V, T):
    inner = call(page, "budget", "hidden", C)
    assert inner == 32 * math.ceil(C * 8 / 3 / 32)
    config = configure(
        "llama", vocab_size=V, n_layers=L, n_heads=4, width=C, hidden=inner, context=T, head="tied"
    )
    N = n_parameters(config)
    assert call(page, "budget", "parameters", L, C, V) == N
    assert call(page, "budget", "perToken", L, C, V, T) == flops.training(config, T)
    assert call(page, "budget", "memory", N, 8, T, V) == training.memory(N, 8, T, V)
    tokens = 20 * N
    want = flops.training(config, T) * tokens / 50e9 / 60
    found = call(page, "budget", "minutes", flops.training(config, T), tokens, 50)
    assert found == pytest.approx(want, rel=1e-6)


# The figures


def test_ravine_follows_its_controls(page):
    figure = page.locator("[data-figure=ravine]")

    def ends():
        cells = figure.locator("td[data-rule]").all()
        return {c.get_attribute("data-rule"): float(c.get_attribute("data-value")) for c in cells}

    before = ends()
    figure.get_by_text("times 100").click()
    after = ends()
    assert after["adam"] == pytest.approx(before["adam"], rel=1e-3)
    assert not after["sgd"] < 1e6  # out of the page
    figure.get_by_text("as it is").click()
    handle = figure.locator(".fig-handle")
    handle.focus()
    page.keyboard.press("ArrowUp")
    assert "1.60" in figure.locator(".fig-handle").get_attribute("aria-label")
    want = path_of_torch("sgd", [-4, 1.6], 20, 0.08, 1, 60)[-1]
    assert ends()["sgd"] == pytest.approx((want[0] ** 2 + 20 * want[1] ** 2) / 2, rel=1e-6)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 16, box["y"] + box["height"] - 16)
    page.mouse.down()
    page.mouse.move(box["x"] + 96, box["y"] + box["height"] - 16)
    page.mouse.up()
    assert "-4.00" not in figure.locator(".fig-handle").get_attribute("aria-label")


def test_schedule_lights_up_the_nearest_run(page):
    figure, data = page.locator("[data-figure=schedule]"), schedules_data()
    status = figure.locator("[role=status]")
    first = int(status.get_attribute("data-run"))
    figure.locator("input[data-name=peak]").fill("-1.5")
    second = int(status.get_attribute("data-run"))
    assert data["runs"][second]["peak"] > data["runs"][first]["peak"]
    assert f"{data['runs'][second]['end']:.3f}" in status.inner_text()
    assert float(status.get_attribute("data-value")) > 0


def test_budget_follows_its_sliders(page):
    figure = page.locator("[data-figure=budget]")

    def value(name):
        return float(figure.locator(f"[data-of='{name}']").get_attribute("data-value"))

    before = value("parameters")
    figure.locator("input[data-name=V]").fill("7")
    assert value("parameters") - before == (128_000 - 4096) * 256
    assert value("logits") == 8 * 32 * 256 * 128_000
    assert value("FLOPs per token, 6 N") == 6 * value("parameters")


@in_each_look
def test_figures_are_accessible_and_fit(open_page, theme, width):
    assert problems(open_page(theme, width=width)) == []


def test_widgets_carry_the_same_figures():
    assert figures.schedule().data == json.loads(files()["schedules.json"])
    assert all(map(stands_alone, (figures.ravine(), figures.schedule(), figures.budget())))
