"""The commands that train the course's models: small, in this process."""

import json
import multiprocessing
import platform
import resource
import sys
from dataclasses import replace

import numpy as np
import pytest

import tools.bands
import tools.compute
import tools.mini_llm
import tools.page
from minillm import ladder
from minillm.export import read_header
from tools.machine import fastest_dtype, keep_memory
from tools.texts import texts_of

TINY = (
    "--steps 30 --stories 40 --layers 1 --heads 2 --width 16 --context 32 --batch 4 --warmup 3"
    " --vocabulary 300"
)


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Results go elsewhere; nothing is compiled, and the machine is not measured."""
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(tools.mini_llm, "DATA", tmp_path)
    monkeypatch.setattr(tools.mini_llm, "can_compile", lambda: False)
    monkeypatch.setattr(tools.mini_llm, "fastest_dtype", lambda: "float32")
    return tmp_path / "results"


def test_mini_llm_trains_scores_compares_and_writes(results, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tools.page, "PAGE", tmp_path / "page.bin")
    words = f"mini_llm --recipe storyland --keep --page --out {tmp_path / 'out'} {TINY}"
    for _ in range(2):  # the second time in place of the first
        monkeypatch.setattr(sys, "argv", words.split())
        tools.mini_llm.main()
    out = capsys.readouterr().out
    assert "| mini-LLM, 1 layers x 16, 300 tokens |" in out
    assert "of the best Kneser-Ney" in out
    assert "times the entropy, 0.4" in out
    assert "Meet Ada.|" in (tmp_path / "out" / "samples.txt").read_text()
    rung, mixture = json.loads((results / "09_training.json").read_text())
    assert mixture["model"] == f"{rung['model']}, mixed with counts, n = 6"
    assert mixture["topic"] == "14_mini_llm"
    assert mixture["valid"] < rung["valid"]
    assert mixture["parameters"] > rung["parameters"]
    score = json.loads((tmp_path / "out" / "score.json").read_text())
    assert rung["test"] == pytest.approx(score["test"], abs=1e-5)
    assert rung["flops"] == score["flops"] > 1e8
    assert ladder.Rung(**rung).seed == 0
    about = read_header((tmp_path / "page.bin").read_bytes())[0]["provenance"]
    assert about["bits_per_byte"]["test"] == score["test"]
    assert about["bits_per_byte"]["valid_rounded"] == pytest.approx(score["valid"], abs=0.05)
    (curve,) = json.loads((results / "curves.json").read_text())
    assert (curve["corpus"], curve["model"]) == (rung["corpus"], rung["model"])
    assert [point["step"] for point in curve["points"]] == [10, 20, 30]
    assert curve["points"][-1]["flops"] == rung["flops"]


def test_a_rung_needs_the_test_texts(capsys, tmp_path):
    with pytest.raises(SystemExit):
        tools.mini_llm.arguments("austen", tmp_path, ["--no-test"])
    assert "the ladder compares models on the test texts" in capsys.readouterr().err


def test_compared_says_on_which_side_of_counting_a_model_is():
    old = ladder.load("austen")
    counting = min(r.test for r in old if "Kneser-Ney" in r.model)
    for step, word in ((-0.01, "below"), (0.01, "above")):
        new = replace(old[0], model="mini-LLM", test=counting + step)
        text = tools.mini_llm.compared(new, old)
        assert f"{counting + step:.3f} bits per byte, {word} the {counting:.3f}" in text
        assert text.count("| mini-LLM |") == 1


@pytest.mark.parametrize(
    ("recipe", "minutes"),
    [("austen", 14.5), ("austen-long", None), ("austen-page", None), ("storyland", 4.8)],
)
def test_recipes_are_words_that_training_knows(recipe, minutes, results, tmp_path):
    args = tools.mini_llm.arguments(recipe, tmp_path, ["--seed", "3"])
    assert (args.corpus, args.seed, args.compile) == (recipe.split("-")[0], 3, False)
    steps = {"austen-long": 7000, "austen-page": 800}
    assert args.minutes <= minutes if minutes else args.steps == steps[recipe]
    assert tools.mini_llm.arguments(recipe, tmp_path, ["--steps", "5"]).minutes is None


def test_stored_picture_and_page_are_those_of_the_stored_runs(tmp_path, monkeypatch):
    kept = tools.compute.FOLDER
    monkeypatch.setattr(tools.compute, "FOLDER", tmp_path)
    tools.compute.main()
    for name in ("compute.md", "compute.svg"):
        assert (tmp_path / name).read_text() == (kept / name).read_text()


def test_row_says_when_counting_is_overtaken():
    points = [
        {"flops": 1e12, "seconds": 10.0, "valid": 2.0},
        {"flops": 2e12, "seconds": 20.4, "valid": 1.5},
        {"flops": 4e12, "seconds": 41.0, "valid": 1.6},
    ]
    row = "| small | 4.0e+12 | 41 | 1.500 | "
    assert tools.compute.row("small", points, 1.8) == row + "2.0e+12 | 20 |"
    assert tools.compute.row("small", points, 1.2) == row + "never | |"


def test_bands_hold_what_the_seeds_give(tmp_path, monkeypatch):
    recipe = f"--corpus storyland {TINY} --no-test --dtype float32 --device cpu"
    monkeypatch.setattr(tools.bands, "RECIPES", {"tiny": recipe})
    monkeypatch.setattr(sys, "argv", f"bands --seeds 2 --out {tmp_path / 'b.json'}".split())
    tools.bands.main()
    bands = json.loads((tmp_path / "b.json").read_text())["tiny"]
    assert bands["recipe"] == recipe
    assert bands["seeds"] == [0, 1]
    validation = bands["validation"]
    assert validation["min"] < validation["mean"] < validation["max"]
    again = tools.bands.final(recipe, 1)["validation"]
    ends = (validation["min"], validation["max"])
    assert min(abs(again - end) for end in ends) < 1e-4


def test_band_by_hand():
    assert tools.bands.band([1.0, 2.0, 4.0]) == {
        "mean": pytest.approx(7 / 3, abs=1e-5),
        "std": pytest.approx(1.527525, abs=1e-5),
        "min": 1.0,
        "max": 4.0,
    }


def test_held_out_stories_are_not_those_of_training():
    texts = texts_of("storyland", 30)
    assert [len(texts[split]) for split in ("train", "valid", "test")] == [30, 30, 30]
    assert not set(texts["valid"]) & set(texts["test"])


def test_machine_is_asked_what_it_does_well():
    assert fastest_dtype() in ("float32", "bfloat16")


def fresh_pages() -> list[int]:
    """How many new pages the same work takes before and after `keep_memory`."""

    def count() -> int:
        start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(10):
            np.ones(2**23)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start

    before = count()
    keep_memory()
    count()
    return [before, count()]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no mallopt")
def test_memory_that_is_freed_stays_at_hand():
    with multiprocessing.get_context("fork").Pool(1) as processes:
        before, after = processes.apply(fresh_pages)
    assert after < before / 10
