"""What chapter 10 says of the stored measurements holds, and the exact search is exact."""

import json

import numpy as np
import pytest
import torch

from minillm.corpus import BOS, DATA, EOS, austen
from minillm.export import austen_page
from minillm.ngram import NGram
from tools.decoding import (
    N_PROMPTS,
    NEW,
    PROMPT,
    contrastive_decoding,
    contrastive_search,
    distinct,
    pieces,
    repeated,
)
from tools.modes import ENDS, likeliest, log_probs, sentence_ends

MEASURED = json.loads((DATA / "results" / "10_decoding.json").read_text())


@pytest.fixture(scope="module")
def model():
    """The model that was measured."""
    return austen_page()


def test_measurements_say_where_they_come_from():
    for part in ("modes", "shapes", "texts"):
        origin = MEASURED["provenance"][part]
        assert set(origin) == {"commit", "date", "hardware", "seed"}
        assert not origin["commit"].endswith("dirty")


def test_texts_of_beams_are_likelier_than_austens_and_duller():
    rows = {row["rule"]: row for row in MEASURED["texts"]["rows"]}
    widths = [rows["greedy"], *(rows[f"beam {w}"] for w in (2, 4, 8, 16, 32))]
    scores = [row["log_prob"] for row in widths]
    assert scores == sorted(scores)
    human = rows["Austen"]
    assert all(row["distinct_2"] < human["distinct_2"] / 5 for row in widths)
    assert all(row["repeated_4"] > 10 * human["repeated_4"] for row in widths)
    assert abs(human["log_prob"] - rows["temperature 1"]["log_prob"]) < 0.3


def test_the_likeliest_sentence_is_short():
    modes = MEASURED["modes"]
    assert sum(row["mode"] == "" for row in modes) > len(modes) / 2
    assert max(row["tokens"] for row in modes) <= 3
    assert np.median([row["human"] for row in modes]) > 30
    for row in modes:
        assert row["log_prob"] >= max(row["drawn_log_prob"], row["human_log_prob"]) - 1e-3


def test_top_p_keeps_the_right_token_as_often_as_it_promises():
    shares = {
        rule: np.mean([row[f"{rule}_right"] for row in MEASURED["shapes"]])
        for rule in ("top_k", "top_p", "min_p")
    }
    assert 0.88 < shares["top_p"] < 0.95
    assert shares["min_p"] < shares["top_k"] < shares["top_p"]
    assert all(row["top_p_mass"] >= 0.9 - 1e-4 for row in MEASURED["shapes"])


def test_the_text_on_what_rules_keep_fits_the_measurements():
    assert MEASURED["texts"]["prompts"] == N_PROMPTS
    assert len(MEASURED["shapes"]) == N_PROMPTS * len(range(0, NEW, 3))
    assert all(row["cooled"] <= row["bits"] for row in MEASURED["shapes"])
    gone = [row["bits"] - row["cooled"] for row in MEASURED["shapes"]]
    assert 1.9 < np.mean(gone) < 2.3
    sure = [row for row in MEASURED["shapes"] if row["bits"] < 2]
    unsure = [row for row in MEASURED["shapes"] if row["bits"] >= 8]
    assert len(sure) == 34
    assert np.median([row["top_p"] for row in sure]) == 2
    assert sum(row["top_k_right"] - row["top_p_right"] for row in sure) == 2
    assert 0.6 < 1 - np.mean([row["top_k_right"] for row in unsure]) < 2 / 3
    assert 0.88 < np.mean([row["top_p_right"] for row in unsure]) < 0.92
    assert 0.59 < np.mean([row["min_p_right"] for row in MEASURED["shapes"]]) < 0.61


@pytest.mark.parametrize("text", ["He was very sorry.", "I am sure of it, my dear Jane!"])
def test_exact_search_beats_every_sentence_of_two_tokens(model, text):
    before = model.vocabulary.encode(text)
    ends = [*(int(model.vocabulary.encode(mark)[0]) for mark in ENDS), EOS]
    best, ids, _ = likeliest(model, before, ends)
    assert ids[-1] in ends
    assert best == pytest.approx(float(log_probs(model, before, np.array(ids)).sum()), abs=1e-3)
    V = model.vocabulary.size
    start = torch.tensor([[BOS, *before.tolist()]])
    with torch.no_grad():
        first = model.net(start)[0][0, -1]
        rows = torch.cat((start.expand(V, -1), torch.arange(V)[:, None]), dim=1)
        second = model.net(rows)[0][:, -1]
    first[BOS] = second[:, BOS] = -np.inf
    one = first.log_softmax(-1)
    two = one[:, None] + second.log_softmax(-1)
    others = {int(model.vocabulary.encode(x)[0]) for x in (" Mr", " Mrs", " Dr", " St")}
    open_ = torch.tensor([i not in ends and i not in others for i in range(V)])
    most = max(float(one[ends].max()), float(two[open_][:, ends].max()))
    assert best >= most - 1e-3
    if len(ids) <= 2:
        assert best == pytest.approx(most, abs=1e-3)


def test_an_abbreviation_ends_no_sentence(model):
    ids = model.vocabulary.encode("I saw Mr. Darcy. He was well! Mrs. Hill")
    ends = [int(model.vocabulary.encode(mark)[0]) for mark in ENDS]
    cut = sentence_ends(model, ids, ends)
    assert [model.vocabulary.decode(ids[:i]) for i in cut] == [
        "I saw Mr. Darcy.",
        "I saw Mr. Darcy. He was well!",
    ]


def test_repetition_and_variety_by_hand():
    assert repeated(np.array([1, 2, 3, 4, 1, 2, 3, 4])) == pytest.approx(1 / 5)
    assert distinct([np.array([1, 2, 1]), np.array([1, 2])], 2) == pytest.approx(2 / 3)


@torch.inference_mode()
def test_contrastive_search_is_its_formula(model):
    ids = np.append(BOS, pieces()[1][:PROMPT])
    written = contrastive_search(model, 4, 0.5)(ids[1:])
    for new in written[:5]:
        states = model.net.states(torch.tensor(ids)[None])[0]
        best = model.net.logits(states[-1]).softmax(-1).topk(4)
        scores = []
        for p, i in zip(best.values, best.indices, strict=True):
            own = model.net.states(torch.tensor([*ids, i])[None])[0, -1]
            scores.append(0.5 * p - 0.5 * torch.cosine_similarity(own, states, dim=-1).max())
        assert new == best.indices[torch.stack(scores).argmax()]
        ids = np.append(ids, new)


@torch.inference_mode()
def test_contrastive_decoding_is_its_formula(model):
    ids = pieces()[2][:PROMPT]
    pairs = NGram(model.vocabulary, 2).fit(text.text for text in austen("train"))
    for new in contrastive_decoding(model, 0.2)(ids)[:5]:
        strong = model.distribution(ids)
        score = np.where(strong >= 0.2 * strong.max(), strong, 0) / pairs.distribution(ids).clip(
            1e-12
        )
        assert new == score.argmax()
        ids = np.append(ids, new)
