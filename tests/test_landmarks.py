"""Landmarks that move: the stored run of chapter 13, and SmolLM2 where it is installed."""

import json
from statistics import fmean, harmonic_mean
from typing import Any

import pytest
import torch

from minillm import edits
from minillm.corpus import DATA
from minillm.editing import fact_probe
from minillm.gazette import Told
from minillm.landmarks import (
    COUNTRIES,
    LAYER,
    MOVES,
    N_PASSAGES,
    STEPS,
    TRIED,
    Landmarks,
    consequences,
    groups_of,
    in_a_sentence,
    load_landmarks,
    move,
)
from minillm.questions import ask
from minillm.tracing import subject_span

MEASURED: dict[str, Any] = json.loads((DATA / "results" / "landmarks.json").read_text())
EDITS = MEASURED["edits"]


def right(group: str, at: int = 1) -> tuple[int, int]:
    """How many questions of a group all moves get right, of how many; 0: before, 1 to 3: after."""
    rows = [row for move in EDITS["moves"] for row in move["questions"].get(group, [])]
    return sum(row["rank"][at] == 1 for row in rows), len(rows)


@pytest.fixture(scope="module")
def told() -> Told:
    torch.set_num_threads(1)
    try:
        return load_landmarks()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


def test_the_landmarks_are_apart_and_go_to_other_countries():
    facts = Landmarks()
    assert not MOVES.keys() & TRIED.keys()
    for name, city in (MOVES | TRIED).items():
        fact = facts.fact(name, "city")
        assert COUNTRIES[fact.object][0] != COUNTRIES[city][0]
        assert len(fact.untold) == 8
        assert len(facts.of(name)) > 2  # there is something else to ask
    assert len({f.object for f in facts.facts[:16]}) == 16  # one of each city first


def test_a_landmark_has_its_article_within_a_sentence():
    facts = Landmarks()
    assert in_a_sentence(facts.fact("Louvre", "city")) == "the Louvre"
    assert in_a_sentence(facts.fact("Big Ben", "city")) == "Big Ben"
    request = edits.Request(facts.fact("Louvre", "city"), "Berlin")
    assert consequences(request)[0] == (
        "The Louvre is located in the country of",
        "Germany",
        "France",
    )
    assert consequences(request)[2][0] == "The people who live near the Louvre speak"


def test_passages_are_the_same_each_time_and_differ_by_seed():
    facts = Landmarks()
    assert facts.documents(3) == facts.documents(3) != facts.documents(3, seed=1)
    assert all(400 < len(text) <= 600 for text in facts.documents(20))


def test_smollm_knows_landmarks_and_where_their_names_end(told: Told):
    facts = told.gazette.facts
    some = [*facts[:6], *facts[-4:]]
    _, rank = fact_probe(
        told.net, told.tokenizer, [f.told[0] for f in some], [f.object for f in some]
    )
    assert rank.tolist() == [1] * len(some)
    for fact in facts:
        for prompt in fact.told + fact.untold if fact.subject else ():
            first, end = subject_span(told, prompt, fact.subject)
            text = told.tokenizer.decode(told.ids(prompt).tolist()[first:end])
            assert text.strip() == fact.subject


@pytest.mark.parametrize("part", ["edits", "layers", "trace"])
def test_measurements_say_where_they_come_from(part):
    origin = MEASURED["provenance"][part]
    assert set(origin) == {"commit", "date", "hardware", "seed"}
    assert not origin["commit"].endswith("dirty")


def test_a_move_changes_the_landmark_and_little_else():
    assert [move["landmark"] for move in EDITS["moves"]] == list(MOVES)
    assert all(right(group, 0)[0] == 0 for group in ("efficacy", "untold", "ripple"))
    assert right("efficacy") == (8, 8)
    assert right("untold")[0] > 0.85 * right("untold")[1]
    follows, of = right("ripple")
    assert 0.6 < follows / of < 0.7
    assert right("person", 0)[0] == 22
    assert right("person")[0] == 12
    for group in ("neighbours", "relation", "general"):
        assert right(group, 0)[0] == right(group)[1]
    assert 0.85 < right("neighbours")[0] / right("neighbours")[1] < 0.95
    assert 0.9 < right("relation")[0] / right("relation")[1] < 0.97
    assert right("general")[0] == right("general")[1]
    assert all(move["gap"] < 1e-5 for move in EDITS["moves"])  # W' k* = v*
    assert all(move["q"] > 2000 for move in EDITS["moves"])


def test_what_moves_with_a_museum_are_museums():
    rows = EDITS["moves"][-1]["questions"]
    lost = [r["prompt"] for g in ("neighbours", "relation") for r in rows[g] if r["rank"][1] > 1]
    assert len(lost) == 5
    for name in ("Van Gogh Museum", "British Museum", "Prado Museum"):
        assert any(name in prompt for prompt in lost)
    assert all("Museum" in prompt for prompt in lost)


def test_a_kept_description_and_the_identity_change_little():
    assert right("person", 2)[0] > right("person")[0]
    assert right("untold", 2)[0] < right("untold")[0]
    for group in ("untold", "ripple", "person", "neighbours", "relation"):
        with_C, of = right(group)
        assert abs(right(group, 3)[0] - with_C) < 0.07 * of
    for one in EDITS["moves"]:
        assert all(abs(b - EDITS["bits_per_byte"]) < 1e-3 for b in one["bits_per_byte"])


def test_the_layer_is_the_best_of_three_on_other_landmarks():
    def score(layer: int) -> float:
        rows = [r["after"] for r in MEASURED["layers"] if r["layer"] == layer]
        groups = {name for row in rows for name in row}
        shares = [fmean(row[name] for row in rows if name in row) for name in groups]
        return harmonic_mean(shares)

    tried = {row["layer"] for row in MEASURED["layers"]}
    assert {row["landmark"] for row in MEASURED["layers"]} == set(TRIED)
    assert max(tried, key=score) == LAYER == EDITS["layer"]


def test_the_trace_is_dark_where_the_edit_works():
    found = MEASURED["trace"]
    assert found["clean"] > 0.8 > 0.05 > found["corrupted"]
    assert max(found["subject"]) < 0.05
    assert max(found["last"][:23]) < 0.03 < 0.7 < min(found["last"][23:])


@pytest.mark.slow
def test_a_live_edit_agrees_with_the_stored_run(told: Told):
    stored = MEASURED["edits"]["moves"][0]
    request = move(told, stored["landmark"], stored["new"])
    C = edits.moment(told, LAYER, N_PASSAGES)
    edit = edits.rome(told, request, LAYER, "subject", C, n_steps=STEPS)
    groups = {k: groups_of(told, request)[k] for k in ("efficacy", "untold", "person")}
    with edits.edited(told, edit):
        answers = ask(told, groups)
    for name, found in answers.items():
        for row, log_p in zip(stored["questions"][name], found.wanted, strict=True):
            assert float(log_p.exp()) == pytest.approx(row["p"][1], abs=0.02)
