"""What `tools.attention` measures: its interventions do what they say, its tasks are well made."""

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


def test_capital_is_alone_and_the_answer():
    ids, answers = tools.attention.capital(200, torch.Generator().manual_seed(0))
    large = (ids >= tools.attention.SMALL) & (ids < 2 * tools.attention.SMALL)
    assert torch.equal(large.sum(1), torch.ones(200, dtype=torch.int64))
    assert torch.equal(ids[large], answers)


def test_induction_asks_for_what_followed():
    ids, answers = tools.attention.induction(200, torch.Generator().manual_seed(0))
    for row, answer in zip(ids.tolist(), answers.tolist(), strict=True):
        *text, asked = row
        assert text.count(asked) == 1
        assert text[text.index(asked) + 1] == answer


def test_parts_are_stored_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(tools.attention, "RESULTS", tmp_path / "a.json")
    tools.attention.store("first", [1], {"commit": "a"})
    tools.attention.store("second", 2.5, {"commit": "b"})
    stored = json.loads((tmp_path / "a.json").read_text())
    assert (stored["first"], stored["second"]) == ([1], 2.5)
    assert stored["provenance"] == {"first": {"commit": "a"}, "second": {"commit": "b"}}
    assert stored["settings"]["bytes"] > 60_000
