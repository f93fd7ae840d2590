"""Idioms of check cells: the same verdict and the same words in a notebook and in the grader."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from made_course import hand_in, make_course
from made_idioms import Wrong, checks_of, exercise, idioms, rounds, submission, write_course
from nbformat import NotebookNode

from grader.attempt import Job
from grader.authoring.assignment import cells, read
from grader.authoring.build_exercises import checked_source
from grader.authoring.trial import execute, trial
from grader.engine.worker import Worker


@dataclass
class Verdicts:
    """What each check says, "" where it passes, by the id of the check."""

    notebook: dict[str, str]  # in a student's own notebook
    grader: dict[str, str]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """The source of an assignment of all idioms."""
    return write_course(tmp_path_factory.mktemp("idioms"))


@pytest.fixture(scope="module")
def verdicts(course, tmp_path_factory) -> dict[int, Verdicts]:
    """For each round of wrong answers, and for right ones at -1, what both say."""
    return dict(zip(range(-1, 99), both(course, tmp_path_factory.mktemp("course")), strict=False))


def both(source: Path, folder: Path) -> Iterator[Verdicts]:
    course = make_course(folder / "course", source, exercise(source))
    with Worker(course, source.stem) as worker:
        for number, wrong in enumerate([[], *rounds()]):
            notebook = submission(source, *wrong)
            hand_in(course, source.stem, f"round-{number}", notebook)
            attempt = worker.grade(Job(source.stem, f"round-{number}"))
            yield Verdicts(
                in_notebook(notebook, source),
                {c.id: "" if c.status == "passed" else f"{c.error}: {c.message}"
                 for c in attempt.checks},
            )  # fmt: skip


def in_notebook(notebook: NotebookNode, source: Path) -> dict[str, str]:
    """What each check says as plain Python, all cells in one namespace."""
    checks = {cell.id: cell.source for cell in cells(read(source), "check")}
    namespace = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        said = {c.id: execute(checks.get(c.id, c.source), namespace) for c in code}
    return {name: message for name, message in said.items() if name in checks}


def test_trial_says_what_the_grader_says(course, verdicts):
    for wrong, found in zip([[], *rounds()], verdicts.values(), strict=True):
        said = {o.check: o.message for o in trial(submission(course, *wrong), course)}
        assert said == found.grader


def cases() -> list[tuple[int, Wrong]]:
    return [(n, wrong) for n, round_ in enumerate(rounds()) for wrong in round_]


def test_idioms_can_be_built(course):
    assert checked_source(course).cells


@pytest.mark.parametrize("name", idioms())
def test_right_answer_passes_in_both(name, course, verdicts):
    found = verdicts[-1]
    for answer in idioms()[name].answers:
        for check in checks_of(course, answer):
            assert (found.notebook[check], found.grader[check]) == ("", "")


@pytest.mark.parametrize(
    ("number", "wrong"), cases(), ids=lambda part: getattr(part, "answer", str(part))
)
def test_wrong_answer_fails_with_the_same_words_in_both(number, wrong, course, verdicts):
    found, checks = verdicts[number], checks_of(course, wrong.answer)
    assert any(wrong.expects in found.notebook[check] for check in checks)
    assert [found.grader[check] for check in checks] == [found.notebook[check] for check in checks]


def test_every_idiom_has_a_wrong_answer_and_they_harm_no_other_idiom(course, verdicts):
    assert all(idiom.wrong for idiom in idioms().values())
    for number, round_ in enumerate(rounds()):
        wrong = {wrong.answer for wrong in round_}
        for name in idioms():
            for answer in set(idioms()[name].answers) - wrong:
                for check in checks_of(course, answer):
                    assert verdicts[number].grader[check] == ""
