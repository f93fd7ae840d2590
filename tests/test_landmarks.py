"""Landmarks that move: the stored run of chapter 13, and SmolLM2 where it is installed."""

import json
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


PATH = DATA / "results" / "landmarks.json"
MEASURED: dict[str, Any] = json.loads(PATH.read_text()) if PATH.exists() else {}
