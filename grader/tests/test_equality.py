"""Honest work gets the points that stock nbgrader gives, check by check, in every assignment.

The quick tier grades made submissions of the small course with both engines; `make test SLOW=1`
does that for every assignment, and `python -m grader.tests.test_equality` writes what differs.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_course import hand_in, make_course
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grader.attempt import Attempt, Job
from grader.authoring.assignment import assignments, grade_id, path_of
from grader.authoring.variants import Variant, submission, wrong
from grader.course import Course
from grader.engine.worker import Worker
from grader.release import release
from grader.tests.honest import Honest, honest
from grader.tests.stock import scores, stock_api

HERE = Path(__file__).parent
DEMO = HERE / "data" / "demo_course"
COURSES = [HERE.parents[1], DEMO, HERE / "data" / "lab_course"]
PATHS = [path_of(name, course) for course in COURSES for name in assignments(course)]
SELDOM = ("best_model",)  # takes seconds
COUNT = 200

each_assignment = pytest.mark.parametrize(
    "path",
    [p if DEMO in p.parents else pytest.param(p, marks=pytest.mark.slow) for p in PATHS],
    ids=lambda path: path.stem,
)


def graded(folder: Path, path: Path, class_: list[Honest]) -> Iterator[Attempt]:
    """What the engine says about each submission."""
    course = make_course(folder, path)
    with Worker(course, path.stem) as worker:
        for made in class_:
            hand_in(course, path.stem, made.name, made.notebook)
            yield worker.grade(Job(path.stem, made.name))


def differences(folder: Path, path: Path, class_: list[Honest]) -> list[str]:
    """Where the engine and stock nbgrader do not agree, in words."""
    found = []
    for made, attempt in zip(class_, graded(folder, path, class_), strict=True):
        wanted = scores(made.notebook, path)
        mine = {check.id: check.earned for check in attempt.checks}
        what = {n: f"{mine.get(n)} for {p}" for n, p in wanted.items() if mine.get(n) != p}
        said = [f"{c.id}: {c.error} {c.message}" for c in attempt.checks if c.id in what]
        found += [f"{made.name} ({made.what}): {what} {said} {attempt.reason}"] * bool(what)
    return found


@each_assignment
def test_honest_work_gets_the_points_of_stock_nbgrader(path, tmp_path):
    assert differences(tmp_path / "course", path, [*honest(path, 5, seldom=SELDOM)]) == []


@pytest.mark.slow
@each_assignment
def test_all_honest_work_gets_the_points_of_stock_nbgrader(path, tmp_path):
    assert differences(tmp_path / "course", path, [*honest(path, COUNT, seldom=SELDOM)]) == []


@pytest.mark.parametrize("count", [20, pytest.param(COUNT, marks=pytest.mark.slow)])
def test_honest_work_is_of_all_kinds(count):
    class_ = [made for path in PATHS for made in honest(path, count)]
    kinds = " ".join(made.what for made in class_)
    for word in ("untouched", "is empty", "decorated", "windows lines", "own cell: plot"):
        assert word in kinds
    assert len({json.dumps(made.notebook) for made in class_}) > 0.98 * len(class_)


@each_assignment
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own making
def test_stand_in_for_stock_nbgrader_gives_what_it_gives(path, tmp_path, monkeypatch):
    """`nbgrader autograde` itself, which starts a kernel of its own."""
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    class_ = honest(path, 30, seldom=SELDOM)
    made = next(made for made in class_ if made.what.count("own cell") > 3)
    make_course(tmp_path / "course", path)
    course = Course.here()
    release(course, path.stem)
    hand_in(course, path.stem, "one", made.notebook)
    result = stock_api(course).autograde(path.stem, "one", create=True)
    assert result["success"], result
    with course.gradebook() as gradebook:
        grades = gradebook.find_submission_notebook(path.stem, path.stem, "one").grades
        given = {grade.name: grade.auto_score for grade in grades}
    wanted = scores(made.notebook, path)
    assert {name: given[name] for name in wanted} == wanted


@each_assignment
def test_visible_checks_say_the_same_in_a_students_notebook(path, tmp_path):
    """A mistake that a visible line finds is found by the student's own kernel too."""
    chosen = wrong(path)[:: max(1, len(wrong(path)) // 4)]
    class_ = [Honest(v.name, v.problem, without_seldom(submission(path, v), v)) for v in chosen]
    for made, attempt in zip(class_, graded(tmp_path / "course", path, class_), strict=True):
        own = scores(made.notebook, path, hidden=False)
        for check in attempt.checks:
            if check.id.startswith(made.what):
                seen = check.status != "passed" and not check.hidden
                assert (own[check.id] == 0) == seen, made.name


def without_seldom(notebook: NotebookNode, variant: Variant) -> NotebookNode:
    """The notebook without the slow answers, but for the variant's."""
    slow = set(SELDOM) - {variant.problem}
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in slow]
    return notebook


def test_a_students_own_name_does_not_break_a_check(tmp_path):
    """The one difference that is meant: in a notebook `abs = 1` breaks a check that uses abs."""
    path = next(path for path in PATHS if path.stem == "01_tally")
    notebook = submission(path)
    notebook.cells.insert(1, new_code_cell("abs = 1"))
    assert scores(notebook, path)["shares-sum"] == 0
    (attempt,) = graded(tmp_path / "course", path, [Honest("one", "abs", notebook)])
    assert {check.id: check.earned for check in attempt.checks}["shares-sum"] == 20


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for path in PATHS:
        for line in differences(folder / path.stem, path, [*honest(path, COUNT, seldom=SELDOM)]):
            print(path.stem, line, flush=True)
