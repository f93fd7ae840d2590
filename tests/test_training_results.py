"""What chapter 9 says of its measured runs is true of the stored ones."""

import json
import math

import pytest

from minillm.corpus import DATA
from tools.training import PARTS, RATES

STORED = json.loads((DATA / "results" / "training.json").read_text())
MEASURED = {part: content["runs"] for part, content in STORED.items()}
FLOORS = MEASURED["floors"][0]
ENDS = {
    run.get("fault", ""): run["valid"][-1][1] for run in MEASURED["gallery"] + MEASURED["warmup"]
}


@pytest.mark.parametrize("part", PARTS)
def test_measurements_say_where_they_come_from(part):
    origin = STORED[part]["provenance"]
    assert set(origin) == {"commit", "date", "hardware", "seed", "seconds"}
    assert not origin["commit"].endswith("dirty")


def test_the_best_rate_of_each_optimizer_lies_inside_its_grid():
    ends: dict[str, dict[float, float]] = {kind: {} for kind in RATES}
    for run in MEASURED["optimizers"]:
        ends[run.get("optimizer", "adamw")][run.get("lr", 5e-3)] = run["valid"][-1][1]
    best = {}
    for kind, rates in RATES.items():
        assert tuple(ends[kind]) == rates
        assert len(rates) >= 4
        at = min(rates, key=ends[kind].__getitem__)
        assert at not in (rates[0], rates[-1])
        best[kind] = ends[kind][at]
    assert best["adamw"] < best["momentum"] - 1
    assert 0.35 < best["adamw"] - best["muon"] < 0.45
    assert ends["adamw"][2e-2] > best["adamw"] + 0.5
    assert ends["muon"][2e-2] < best["muon"] + 0.01


def test_two_processes_are_faster_than_one_but_not_twice():
    one, two = MEASURED["processes"]
    assert one["losses"] == pytest.approx(two["losses"], abs=1e-5)
    ratios = [two["tokens_per_s"] / one["tokens_per_s"], *two["ratios_of_other_runs"]]
    assert all(1.4 < ratio < 1.9 for ratio in ratios)
    assert 0.5 <= MEASURED["halves"][0]["half"] < 0.51


def test_a_wider_model_uses_more_of_a_core():
    shares = [run["share"] for run in MEASURED["utilisation"]]
    assert shares == sorted(shares)
    assert 0.2 < shares[0] < 0.25
    for run in MEASURED["utilisation"]:
        assert run["share"] == pytest.approx(run["reached"] / run["peak"], rel=0.1)


def test_each_fault_is_where_the_diagnosis_looks_for_it():
    copied = {"no shift", "no mask"}
    assert {name for name, end in ENDS.items() if end < FLOORS["world"]} == copied
    assert ENDS["four batches"] > FLOORS["uniform"] > ENDS["softmax twice"] > FLOORS["unigram"]
    for name in ("double shift", "rate too high", "gradients kept", "no warm-up"):
        assert FLOORS["bigram"] < ENDS[name] < FLOORS["unigram"]
    assert ENDS[""] < ENDS["high rate"] < FLOORS["bigram"]
    assert ENDS["dropout"] < ENDS["dropout stays on"] - 0.2


def test_floors_are_in_their_order():
    assert FLOORS["uniform"] == pytest.approx(math.log(512))
    assert FLOORS["uniform"] > FLOORS["unigram"] > FLOORS["bigram"] > FLOORS["world"]
