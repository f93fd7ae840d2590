"""What `tools.attention` measures: its interventions do what they say."""

import json

import pytest
import torch

import tools.attention
from minillm.export import austen_page
from minillm.yardstick import bits_per_byte

TEXTS = ["She was very much surprised, and said that she could not imagine what he meant."]


@pytest.fixture(scope="module")
def model():
    return austen_page()


def test_reach_of_a_whole_window_changes_nothing_and_a_short_one_costs(model):
    plain = bits_per_byte(model, TEXTS)
    with tools.attention.reach(256):
        assert bits_per_byte(model, TEXTS) == pytest.approx(plain, abs=1e-5)
    with tools.attention.reach(1):
        assert bits_per_byte(model, TEXTS) > plain + 0.05
    assert bits_per_byte(model, TEXTS) == plain


def test_silenced_heads_are_restored(model):
    before = {name: w.clone() for name, w in model.net.state_dict().items()}
    rows = tools.attention.without_heads(model, TEXTS)
    assert len({(row["layer"], row["head"]) for row in rows}) == 16
    assert len({round(row["bits_per_byte"], 4) for row in rows}) > 8
    for name, weight in model.net.state_dict().items():
        assert torch.equal(weight, before[name])


def test_habits_are_shares():
    text = " ".join(TEXTS * 200)
    for row in tools.attention.habits(austen_page(fused=False), [text]):
        assert 0 < row["before"] + row["first"] + row["itself"] < 1


def test_parts_are_stored_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(tools.attention, "RESULTS", tmp_path / "a.json")
    tools.attention.store("first", [1], {"commit": "a"})
    tools.attention.store("second", 2.5, {"commit": "b"})
    stored = json.loads((tmp_path / "a.json").read_text())
    assert (stored["first"], stored["second"]) == ([1], 2.5)
    assert stored["provenance"] == {"first": {"commit": "a"}, "second": {"commit": "b"}}
    assert stored["settings"]["bytes"] > 60_000
