"""The journal: nothing that was written down is lost, whatever happens to the process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.attempt import Attempt, CellResult, CheckResult
from grader.course import Course, GradingError
from grader.grade_changes import TOTAL, Change, changes, table
from grader.journal import Collected, Journal, latest

ROOT = Path(__file__).parents[2]
NAME = "01_tally"


@pytest.fixture
def course(tmp_path) -> Course:
    return Course(tmp_path)


def collected(student: str = "ann", submission: str = "one", **more: object) -> Collected:
    return Collected(student, submission=submission, **more)


def attempt(
    student: str = "ann", number: int = 1, submission: str = "one", **more: object
) -> Attempt:
    checks = [CheckResult("tally", 10, 7.5, "failed", "AssertionError", "wrong")]
    values = {"checks": checks, "cells": [CellResult("tally")], **more}
    return Attempt(NAME, student, number, submission=submission, **values)


def write(course: Course, *lines: Collected | Attempt) -> None:
    with Journal(course, NAME) as book:
        for line in lines:
            book.append(line)


def test_states_follow_a_submission_from_collected_to_applied(course):
    with Journal(course, NAME) as book:
        book.append(collected(notes=["late"]))
        state = book.state("ann")
        assert (state.status, state.attempts, state.attempt) == ("collected", 0, None)
        book.append(attempt(notes=["slow", "late"]))
        state = book.state("ann")
        assert (state.status, state.attempts, state.applied) == ("graded", 1, False)
        assert state.notes == ["late", "slow"]
        book.append_applied([attempt()])
        assert book.state("ann").applied
        assert list(book.unapplied()) == []


def test_new_submission_waits_until_it_is_graded_itself(course):
    write(course, collected(), attempt(), collected(submission="two"))
    state = latest(course, NAME)["ann"]
    assert (state.status, state.is_graded, state.attempts) == ("collected", False, 1)
    write(course, attempt(number=2, submission="two", status="broken", reason="it died"))
    state = latest(course, NAME)["ann"]
    assert (state.status, state.reason) == ("broken", "it died")


def test_submission_that_cannot_be_read_is_broken_whatever_was_graded_before(course):
    write(course, collected(), attempt())
    write(course, Collected("ann", "broken", "the file is empty"))
    state = latest(course, NAME)["ann"]
    assert (state.status, state.reason) == ("broken", "the file is empty")


def test_every_attempt_is_kept_and_the_newest_counts(course):
    write(course, collected(), *(attempt(number=n, seed=n) for n in (1, 2, 3)))
    book = Journal(course, NAME)
    assert [each.seed for each in book.attempts("ann")] == [1, 2, 3]
    assert book.state("ann").attempt == attempt(number=3, seed=3)
    assert list(book.unapplied()) == [attempt(number=3, seed=3)]


def test_attempts_of_another_source_or_environment_are_named(course):
    write(
        course,
        attempt("ann", source="a", environment="e"),
        attempt("bob", source="b", environment="e"),
        attempt("cid", source="a", environment="f"),
    )
    assert Journal(course, NAME).outdated("a", "e") == ["bob", "cid"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(), max_size=4), st.text(), st.floats(allow_nan=False))
def test_any_text_and_number_comes_back(tmp_path, notes, reason, points):
    course = Course(tmp_path)
    path = Journal(course, NAME).path
    path.unlink(missing_ok=True)
    first = collected(notes=notes, reason=reason, written={"essay": "x"}, untouched=["pad"])
    second = attempt(reason=reason + "\udcff\u2028\n", notes=notes, seconds=points)
    write(course, first, second)
    state = latest(course, NAME)["ann"]
    assert state.collected == first
    assert state.attempt == second
    assert path.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("torn", [b"{", b'{"kind": "attempt"', b"\0" * 700, b"[1]\n", b"{}\n"])
def test_last_line_that_was_cut_short_is_taken_out_and_said(course, torn):
    write(course, collected(), attempt())
    path = Journal(course, NAME).path
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert latest(course, NAME)["ann"].status == "graded"
    with Journal(course, NAME) as book:
        (sentence,) = book.repairs
        assert f"the last line was cut short ({len(torn)} bytes)" in sentence
        book.append(collected("bob"))
    assert path.read_bytes().startswith(whole)
    assert sorted(latest(course, NAME)) == ["ann", "bob"]
    with Journal(course, NAME) as book:
        assert book.repairs == []


def test_damaged_line_in_the_middle_is_named_and_nothing_is_changed(course):
    write(course, collected(), attempt(), collected("bob"))
    path = Journal(course, NAME).path
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1][:40]
    path.write_bytes(b"\n".join(lines))
    before = path.read_bytes()
    with pytest.raises(GradingError, match=r"01_tally\.jsonl, line 2 is damaged"):
        latest(course, NAME)
    with pytest.raises(GradingError, match="line 2 is damaged"):
        write(course, collected("cid"))
    assert path.read_bytes() == before


def test_second_writer_is_refused_and_readers_are_not(course):
    with Journal(course, NAME) as book:
        book.append(collected())
        with pytest.raises(GradingError, match="another process grades 01_tally"):
            Journal(course, NAME).__enter__()
        assert list(latest(course, NAME)) == ["ann"]
    write(course, collected("bob"))
    with pytest.raises(RuntimeError, match="inside `with`"):
        book.append(collected("cid"))


WRITER = """
import sys
from pathlib import Path
from grader.attempt import Attempt, CheckResult
from grader.course import Course
from grader.journal import Collected, Journal

with Journal(Course(Path(sys.argv[1])), "01_tally") as book:
    number = 0
    while True:
        student = f"s{number}"
        book.append(Collected(student, submission="one"))
        checks = [CheckResult("tally", 10, 1, message="x" * 5000)]
        book.append(Attempt("01_tally", student, 1, checks=checks, submission="one"))
        number += 1
        print(number, flush=True)
"""


def test_writer_that_is_killed_loses_nothing_that_it_had_written(course):
    command = [sys.executable, "-c", WRITER, str(course.root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for _ in range(30):
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Journal(course, NAME) as book:
        states = book.states()
        graded = [state for state in states.values() if state.status == "graded"]
        assert len(graded) >= said
        assert len(states) - len(graded) <= 1
        book.append(collected("bob"))
    assert "bob" in latest(course, NAME)


def test_lines_of_a_later_version_are_read_as_far_as_they_are_known(course):
    write(course, collected(), attempt())
    path = Journal(course, NAME).path
    lines = [json.loads(line) | {"later": 1} for line in path.read_text().splitlines()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert latest(course, NAME)["ann"].attempt == attempt()


def points(student: str, **earned: float) -> Attempt:
    return Attempt(NAME, student, 1, checks=[CheckResult(k, 10, v) for k, v in earned.items()])


def test_report_of_changed_grades_names_students_checks_and_totals():
    first = [points("ann", a=10, b=5), points("bob", a=1), points("dan", a=1, b=2)]
    old = {each.student: each for each in first}
    broken = Attempt(NAME, "bob", 2, "broken", "it died")
    new = [points("dan", a=2, b=1), broken, points("ann", a=10, b=7.5), points("cid", a=3)]
    found = changes(old, new)
    assert Change("ann", TOTAL, 15, 17.5) in found
    assert Change("bob", TOTAL, 1, None) in found
    assert table(found).split("\n") == [
        "4 students: grades change",
        "  ann: 15 -> 17.5",
        "    b: 5 -> 7.5",
        "  bob: 1 -> no points",
        "    a: 1 -> no points",
        "  cid: no points -> 3",
        "    a: no points -> 3",
        "  dan: the same in all",
        "    a: 1 -> 2",
        "    b: 2 -> 1",
    ]
    assert table(changes(old, first)) == "no grade changes"
