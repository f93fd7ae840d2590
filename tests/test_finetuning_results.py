"""What chapter 12 says of the stored runs holds."""

import json

import numpy as np
import pytest

from minillm.corpus import DATA
from minillm.gazette import load_gazette
from tools.finetuning import METHODS, PLACES, RANKS, bits_per_byte, split

MEASURED = json.loads((DATA / "results" / "12_finetuning.json").read_text())


def best(name):
    """The runs of a method at the rate that was best on validation."""
    runs = [run for run in MEASURED["methods"] if run["name"] == name]
    tried = [run for run in runs if run["seed"] == 0]
    rate = max(tried, key=lambda run: (run["valid"], -run["loss"]))["rate"]
    return [run for run in runs if run["rate"] == rate]


def mean(name, what):
    return np.mean([run[what] for run in best(name)])


def test_measurements_say_where_they_come_from():
    for part in ("base", "methods", "ranks", "places", "four_bit"):
        origin = MEASURED["provenance"][part]
        assert {"commit", "date", "hardware"} <= set(origin)
        assert not origin["commit"].endswith("dirty")


def test_every_method_was_tuned_and_repeated():
    for name, (_, rates) in METHODS.items():
        tried = {r["rate"] for r in MEASURED["methods"] if r["name"] == name and r["seed"] == 0}
        assert tried == set(rates)
        assert sorted(run["seed"] for run in best(name)) == [0, 1, 2, 3, 4]
    for part, names in (("ranks", [f"r = {r}" for r in RANKS]), ("places", PLACES)):
        runs = [(run["name"], run["seed"]) for run in MEASURED[part]]
        assert runs == [(name, seed) for seed in range(3) for name in names]
    assert [run["seed"] for run in MEASURED["four_bit"]["runs"]] == [0, 1, 2]


def test_no_best_rate_lies_at_the_end_of_its_grid():
    for name, (_, rates) in METHODS.items():
        assert best(name)[0]["rate"] == sorted(rates)[1]


def test_methods_stand_in_the_order_that_the_page_names():
    names = ["full", "LoRA everywhere", "LoRA q, v", "BitFit", "adapter"]
    forgotten = [mean(name, "bits_per_byte") for name in names]
    assert forgotten == sorted(forgotten)
    assert mean("full", "test") > mean("LoRA everywhere", "test") > mean("LoRA q, v", "test")
    assert max(run["test"] for run in best("adapter")) < min(run["test"] for run in best("(IA)3"))
    assert max(mean(name, "test") for name in ("prefix", "prompt")) < 0.03


def test_the_base_is_the_one_that_was_measured():
    told = load_gazette()
    got = bits_per_byte(told.net, told)
    assert got == pytest.approx(MEASURED["base"]["bits_per_byte"], abs=1e-3)
    groups = split(told)
    assert {name: len(rows) for name, rows in groups.items()} == {
        "train": 160,
        "valid": 64,
        "test": 160,
    }
    questions = [{tuple(row.question) for row in rows} for rows in groups.values()]
    assert not questions[0] & questions[2]


def test_every_method_forgets():
    base = MEASURED["base"]["bits_per_byte"]
    assert all(run["bits_per_byte"] > base for run in MEASURED["methods"])
