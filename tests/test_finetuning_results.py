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
        assert len(best(name)) >= 3
    assert [r["name"] for r in MEASURED["ranks"]] == [f"r = {r}" for r in RANKS]
    assert [r["name"] for r in MEASURED["places"]] == list(PLACES)


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
