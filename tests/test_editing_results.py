"""What chapter 13 says of the stored measurements holds."""

import json
from typing import Any

import pytest

from minillm.corpus import DATA

MEASURED = json.loads((DATA / "results" / "13_model_editing.json").read_text())
LEARNED = json.loads((DATA / "results" / "gazette.json").read_text())
ROWS = {row["edit"]: row for row in MEASURED["sites"]}
PARTS = ["tracing", "shares", "sites", "many", "null_space", "ripples", "loud", "layers", "figures"]


def exact(name: str, group: str) -> float:
    """The share of exact answers of an edit in a group."""
    return ROWS[name][group]["exact"]


@pytest.mark.parametrize("part", PARTS)
def test_measurements_say_where_they_come_from(part):
    origin = MEASURED["provenance"][part]
    assert set(origin) == {"commit", "date", "hardware", "seed"}
    assert not origin["commit"].endswith("dirty")


def test_the_model_knows_told_and_untold_words_after_a_jump():
    assert LEARNED["recall"]["told"] > 0.98
    assert LEARNED["recall"]["untold"] > 0.98
    shares = [row["told"] for row in LEARNED["curve"]]
    assert shares[1] < 0.4
    assert shares[2] > 0.8  # within 150 steps


def test_at_the_subject_the_person_changes_and_at_the_last_token_the_object():
    subject, last = "subject, layer 0", "last, layer 2"
    for name in (subject, last):
        assert exact(name, "efficacy") == 1
        assert exact(name, "untold") > 0.9
        assert exact(name, "relation") > 0.98
    assert 0.15 < exact(subject, "person") < 0.35 < exact(last, "person")
    assert exact(last, "person") > 0.95
    assert exact(subject, "neighbours") > 0.98
    assert 0.75 < exact(last, "neighbours") < 0.9  # one in six is lost
    assert ROWS[subject]["person"]["success"] > 0.7  # and few are exact


def test_early_layers_at_the_last_token_know_the_words_only():
    for name in ("last, layer 0", "last, layer 1"):
        assert exact(name, "efficacy") == 1
        assert 0.35 < exact(name, "untold") < 0.6
        assert exact(name, "neighbours") < 0.5
    assert exact("subject, layer 3", "efficacy") == 0


def test_what_softens_an_edit_has_its_price():
    asked = "subject, layer 0, other facts asked for"
    assert exact(asked, "person") > 0.9
    assert exact(asked, "told") < 0.6
    for site in ("subject, layer 0", "last, layer 2"):
        assert exact(f"{site}, clamp 1", "efficacy") < exact(site, "efficacy")
    identity = "last, layer 2, C = I"
    assert exact(identity, "efficacy") == 1
    assert exact(identity, "neighbours") < 0.6 * exact("last, layer 2", "neighbours")


def test_thresholds_beat_matrices_and_fine_tuning_moves_everything():
    for name in ("one neuron more", "memory"):
        for group in ("efficacy", "told", "untold", "neighbours", "relation", "person"):
            assert exact(name, group) > 0.95
    everything = "fine-tuning, all weights"
    assert exact(everything, "neighbours") < 0.35
    one = exact("fine-tuning, one matrix", "neighbours")
    assert exact(everything, "neighbours") < one < exact("last, layer 2", "neighbours")


def test_ripples_follow_and_the_name_tells_the_sites_apart():
    rows = {row["edit"]: row for row in MEASURED["ripples"]}
    assert all(row["n"] == 48 for row in rows.values())
    assert rows["none"]["follows"] == rows["memory"]["follows"] == 0
    assert rows["none"]["name"] == 1
    changed = rows.keys() - {"none", "memory"}
    assert all(rows[name]["follows"] > 0.85 for name in changed)
    assert rows["subject, layer 0"]["name"] < 0.1
    assert rows["last, layer 2"]["name"] > 0.9
    assert rows["subject, layer 0"]["name"] < rows["fine-tuning, all weights"]["name"] < 0.9


def test_edits_are_no_louder_behind_their_sentence():
    rows = {row["edit"]: row for row in MEASURED["loud"]}
    assert rows["none"]["right, behind"] == 1
    for row in rows.values():
        assert row["new, behind"] <= row["new, alone"]
        assert row["right, behind"] >= row["right, alone"]
    assert rows["fine-tuning, all weights"]["new, alone"] > 1 / 3
    assert 0 < rows["last, layer 2"]["new, alone"] < 0.05


def test_there_is_no_null_space_here_and_a_soft_price_is_better():
    rows = {(row["share"], row["n"]): row for row in MEASURED["null_space"]}
    few, most = [rows[share, 10] for share in (0.001, 0.1)]
    assert few["directions"] < 20
    assert few["of_keys"] < 0.005
    assert 0.4 < few["rest"] < 0.6
    assert few["rest"] < rows[0.01, 10]["rest"] < most["rest"]
    for n in (10, 100):
        soft = rows_of(n)["MEMIT, one layer, L = 100"]
        for share in (0.001, 0.01, 0.1):
            hard = rows[share, n]
            assert hard["efficacy"] + hard["rest"] < soft["efficacy"] + soft["rest"]


def test_tracing_has_an_early_and_a_late_site():
    effect = MEASURED["tracing"]["effect"]
    stream = effect["stream"]
    assert min(stream["subject"][:2]) > 0.5 > 0.2 > max(stream["subject"][2:])
    assert max(stream["last"][:2]) < 0.2 < 0.5 < min(stream["last"][2:])
    assert all(abs(x) < 0.05 for x in stream["between"])


def rows_of(n: int) -> dict[str, dict[str, Any]]:
    """What many edits of that number did, by the way in which they were made."""
    return {row["how"]: row for row in MEASURED["many"] if row["n"] == n}


def test_an_average_key_is_far_from_the_edited_ones():
    for site in MEASURED["shares"].values():
        assert site["smallest"] > 200


def test_a_hundred_edits_together_keep_what_a_sequence_loses():
    one, ten, hundred = rows_of(1), rows_of(10), rows_of(100)
    assert all(row["rest"] > 0.98 for row in one.values())
    turn, together = "ROME, one after the other", "MEMIT, one layer, L = 100"
    assert 0.9 < ten[turn]["rest"] < ten[together]["rest"]
    assert hundred[turn]["rest"] < 0.4
    assert hundred["ROME, deltas added"]["rest"] < 0.4
    assert hundred[turn]["first"] < 0.8
    assert hundred[together]["efficacy"] == 1
    assert hundred["MEMIT, one layer, L = 1"]["efficacy"] == 1
    assert hundred["MEMIT, one layer, L = 1"]["rest"] < hundred[together]["rest"]
    careful = hundred["MEMIT, one layer, L = 1000"]
    assert careful["rest"] > 0.95
    assert 0.4 < careful["efficacy"] < 0.6
    assert hundred[turn]["bits_per_byte"] > 1.5 * hundred["none"]["bits_per_byte"]


def test_tracing_tells_good_layers_and_not_where_a_value_can_be_written():
    means = {(row["site"], row["layer"]): row for row in MEASURED["layers"]["means"]}
    last = [means["last", layer] for layer in range(4)]
    assert all(row["magnitude"] > 0.9 for row in last)
    assert max(row["effect"] for row in last[:2]) < 0.1 < 0.9 < min(r["effect"] for r in last[2:])
    assert max(row["score"] for row in last[:2]) < 0.3 < 0.8 < min(r["score"] for r in last[2:])
    subject = [means["subject", layer] for layer in range(4)]
    assert min(row["score"] for row in subject[:2]) > 0.3 > max(r["score"] for r in subject[2:])
    for site in ("subject", "last"):
        found = MEASURED["layers"]["correlation"][f"{site}, score"]
        assert abs(found["within layers"]) < 0.2 < 0.6 < found["over all"]
