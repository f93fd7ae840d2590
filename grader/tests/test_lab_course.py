"""The lab of five parts of a network that other tests and the benchmark grade."""

from itertools import zip_longest
from pathlib import Path

import pytest

from grader.authoring import build_exercises, weave
from grader.authoring.trial import trial
from grader.authoring.variants import Variant, right, submission, untouched, wrong

COURSE = Path(__file__).parent / "data" / "lab_course"
LAB = COURSE / "solutions" / "01_layers" / "01_layers.md"


def batches(variants: list[Variant]) -> list[list[Variant]]:
    """The variants in batches of at most one for each problem."""
    problems = {variant.problem for variant in variants}
    columns = [[v for v in variants if v.problem == problem] for problem in sorted(problems)]
    return [[v for v in row if v] for row in zip_longest(*columns)]


def test_lab_solution_and_exercise_are_fresh(monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(COURSE))
    assert weave.main(["--check"]) == 0
    assert build_exercises.main(["--check"]) == 0


@pytest.mark.parametrize("variants", [[], *batches(right(LAB))])
def test_lab_right_answers_keep_every_point(variants):
    outcomes = trial(submission(LAB, *variants), LAB)
    assert [o.message for o in outcomes if o.message] == []
    assert sum(outcome.earned for outcome in outcomes) == 90


@pytest.mark.parametrize("variants", batches(wrong(LAB)))
def test_lab_wrong_answers_are_named(variants):
    outcomes = trial(submission(LAB, *variants), LAB)
    for variant in variants:
        messages = [o.message.lower() for o in outcomes if o.problem == variant.problem]
        assert any(variant.message.lower() in message for message in messages), messages


def test_lab_untouched_earns_nothing():
    assert all("not attempted" in outcome.message for outcome in trial(untouched(LAB), LAB))
