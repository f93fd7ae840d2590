"""Every malformed submission is graded, or reported with a reason that a student understands."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from malforming import Malformed, cases

from grader import roster
from grader.attempt import Job
from grader.authoring.trial import trial
from grader.authoring.variants import submission, untouched
from grader.collect import collect, pending
from grader.course import Course
from grader.engine.worker import Worker
from grader.journal import Collected, Journal, latest
from grader.reading import read_notebook
from grader.release import release
from grader.restore import restore

DEMO = Path(__file__).parent / "data" / "demo_course"
NAME = "01_tally"
CASES = cases()
LIMIT_S = 6.0
STEP = 5  # one of so many cases is in the sample
TECHNICAL = ("Error", "Traceback", "object", "Errno", "0x", "NoneType")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Course:
    """The demo course, released, with a student for every case and `ann`."""
    root = tmp_path_factory.mktemp("malformed") / "course"
    shutil.copytree(DEMO, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
        course = Course.here()
        release(course, NAME)
        ids = ["ann", *(f"c{number}" for number in range(len(CASES)))]
        rows = "".join(f"{name},Name of {name},{name}@example.org\n" for name in ids)
        (root / "class.csv").write_text(f"id,name,email\n{rows}")
        roster.register(course, root / "class.csv")
    return course


@pytest.fixture
def course(made, monkeypatch) -> Course:
    monkeypatch.setenv("MINILLM_COURSE", str(made.root))
    monkeypatch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    made.private("journal", f"{NAME}.jsonl").unlink(missing_ok=True)
    return made


@pytest.fixture
def downloads(tmp_path) -> Iterator[Path]:
    """An empty folder that is taken away at once: some cases are large."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def handed_in(course: Course) -> dict:
    """A right submission, as the JSON of a fresh copy."""
    notebook = submission(course.source(NAME))
    return {**notebook, "cells": [dict(cell) for cell in notebook.cells]}


def rebuilt(course: Course, student: str = "ann") -> nbformat.NotebookNode:
    path = course.private("submitted", student, NAME, f"{NAME}.ipynb")
    return nbformat.read(path, as_version=4)


def is_unreadable_here(case: Malformed) -> bool:
    """The administrator may read every file."""
    return case.name != "permission_denied" or os.geteuid() != 0


@pytest.mark.parametrize("case", CASES[::STEP], ids=lambda case: case.name)
def test_case_of_a_sample_is_graded_or_reported(case, course, downloads):
    judge(case, course, downloads)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_graded_or_reported(case, course, downloads):
    judge(case, course, downloads)


def judge(case: Malformed, course: Course, downloads: Path) -> None:
    """Collect the case alone; it is rebuilt and earns its points, or has a plain reason."""
    case.place(downloads, handed_in(course))
    start = time.process_time()
    came = collect(course, NAME, downloads)
    (taken,), strangers = came.submissions, came.strangers
    assert time.process_time() - start < LIMIT_S
    assert strangers == []
    assert_plain([*taken.notes, taken.reason])
    if is_unreadable_here(case):
        assert case.says in ("; ".join(taken.notes) if case.points is not None else taken.reason)
        assert (taken.status == "broken") == (case.points is None)
        if case.points is not None:
            assert_rebuilt(course, case.points)


def assert_plain(texts: list[str]) -> None:
    """What the student reads is one line each, without a program's words."""
    for text in texts:
        assert text.isprintable() or not text
        assert len(text) < 300
        assert not [word for word in TECHNICAL if word in text]


def assert_rebuilt(course: Course, points: float) -> None:
    """The rebuilt notebook is valid, gives these points, and stays as it is when rebuilt again."""
    notebook = rebuilt(course)
    nbformat.validate(notebook)
    path = course.private("submitted", "ann", NAME, f"{NAME}.ipynb")
    again, notes = restore(untouched(course.source(NAME)), read_notebook(path))
    assert notes == []
    assert again == notebook
    outcomes = trial(notebook, course.source(NAME))
    assert sum(outcome.earned for outcome in outcomes) == points


def test_batch_of_a_sample_never_stops(course, downloads, tmp_path):
    collect_and_grade(CASES[::STEP], course, downloads, tmp_path)


def test_batch_of_all_cases_never_stops(course, downloads, tmp_path):
    collect_and_grade(CASES, course, downloads, tmp_path)


def collect_and_grade(
    cases: list[Malformed], course: Course, downloads: Path, tmp_path: Path
) -> None:
    """Collect and grade the cases in one batch, each of a student of its own."""
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        case.place(folder, handed_in(course))
        for path in folder.iterdir():
            name = os.fsencode(path.name).replace(b"ann", f"c{number}".encode(), 1)
            os.rename(path, os.path.join(os.fsencode(downloads), name[:255]))
    came = collect(course, NAME, downloads)
    assert came.strangers == []
    taken = came.submissions
    assert len(taken) == len(cases)
    states = latest(course, NAME)
    for number, case in enumerate(cases):
        if is_unreadable_here(case):
            expected = "broken" if case.points is None else "collected"
            assert states[f"c{number}"].status == expected, case.name
    with Journal(course, NAME) as book:
        jobs = pending(course, book)
    assert len(jobs) == sum(each.status == "collected" for each in taken)
    grade_all(course, jobs, cases)


def grade_all(course: Course, jobs: list[Job], cases: list[Malformed]) -> None:
    """The engine gives every case of the batch its points, in time."""
    points = {f"c{number}": case.points for number, case in enumerate(cases)}
    with Worker(course, NAME) as worker:
        for job in jobs:
            start = time.process_time()
            attempt = worker.grade(job)
            assert time.process_time() - start < LIMIT_S
            assert attempt.status == "graded", attempt.reason
            if points[job.student] is not None:
                assert attempt.earned == points[job.student], cases[int(job.student[1:])].name


def test_only_ordinary_files_are_kept(course, downloads):
    for case in CASES:
        if case.name in ("pipe_in_place_of_the_notebook", "link_to_a_file_of_the_grader"):
            case.place(downloads, handed_in(course))
            taken = collect(course, NAME, downloads).submissions
            assert [each.status for each in taken] == ["broken"]
            kept = course.private("collected", "ann", NAME)
            assert [path.name for path in kept.iterdir()] == []
            shutil.rmtree(downloads)
            downloads.mkdir()


def test_the_corpus_has_at_least_41_cases_of_which_most_are_graded():
    assert len(CASES) >= 41
    assert sum(case.points is not None for case in CASES) > len(CASES) / 2


def test_collecting_again_writes_no_line(course, downloads):
    case = next(case for case in CASES if case.name == "utf_16_with_a_mark")
    case.place(downloads, handed_in(course))
    taken = collect(course, NAME, downloads).submissions
    size = course.private("journal", f"{NAME}.jsonl").stat().st_size
    again = collect(course, NAME, downloads).submissions
    assert again == taken
    assert isinstance(taken[0], Collected)
    assert course.private("journal", f"{NAME}.jsonl").stat().st_size == size
