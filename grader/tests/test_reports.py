"""Reports for the instructor: counts, difficulty, mistakes, forbidden calls, flaky checks."""

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_attempts import DEMO, MadeCourse, copy_assignment, failed

from grader import difficulty, flaky, forbidden, mistakes
from grader.attempt import Attempt, CellResult, CheckResult
from grader.authoring.assignment import cells, read
from grader.authoring.variants import submission
from grader.autograde import How
from grader.course import Course, GradingError
from grader.difficulty import items
from grader.report import Report, report
from grader.student_code import StudentCode

NAME = "01_tally"
SOURCE = DEMO / "solutions" / NAME / f"{NAME}.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Iterator[MadeCourse]:
    """Thirty students: weak ones fail all checks, middling ones the last, one each is special."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        course = MadeCourse(root, SOURCE, {f"s{i:02d}": f"=Name {i}" for i in range(30)})
        counts, many, shares = cells(course.solution, "check")
        with course:
            for i in range(27):
                lost = [failed(shares, "shares: divide by the sum of the counts")] if i < 18 else []
                if i < 9:
                    got = f"tally: incorrect, a occurs twice, got {{'a': {i}}}"
                    lost += [failed(counts, got), failed(many, "", hidden=True)]
                late = timedelta(hours=7) if i == 26 else timedelta(hours=-1)
                notes = ["the file was UTF-16"] if i == 25 else []
                course.add(f"s{i:02d}", checks=lost, late=late, notes=notes, layers=["seccomp"])
            course.add("s27", layers=[])
            course.add_broken("s28", "the file is empty")
        yield course


@pytest.fixture(scope="module")
def told(made) -> Report:
    """The report of the class."""
    return report(made.course, NAME)


def test_report_counts_and_names(told):
    text = str(told)
    assert text.startswith(f"{NAME}: 28 of 30 students graded; mean ")
    assert "without what waits to be marked by hand" in text
    assert "Late: 1\n  s26  '=Name 26  7.0 h" in text
    assert "Broken: 1\n  s28  '=Name 28  the file is empty" in text
    assert "Not handed in: 1\n  s29  '=Name 29" in text
    assert "Notes: 1\n  s25  '=Name 25  the file was UTF-16" in text
    assert "by hand (nbgrader's formgrader): 28" in text
    assert "Graded without a sandbox: 1\n  s27" in text
    assert "     0 - 10         9  ####" in text
    assert "    40 - 50         9  ####" in text


def test_report_is_plain_data_too(told):
    data = json.loads(json.dumps(told.as_json()))
    assert data["histogram"] == [9, 0, 0, 0, 9, 0, 10, 0, 0, 0]
    assert [student["status"] for student in data["students"]].count("graded") == 28
    assert data["students"][26]["seconds_late"] == 7 * 3600
    assert [p["problem"] for p in data["problems"]] == ["tally", "shares", "essay"]
    assert data["notes"] == {"s25": ["the file was UTF-16"]}


def test_report_tells_hard_problems_from_easy_ones(told):
    tally, shares, essay = told.items
    assert (tally.n, shares.n, essay.n) == (28, 28, 0)
    assert tally.mean_share == pytest.approx(19 / 28)
    assert shares.mean_share == pytest.approx(10 / 28)
    assert (essay.mean_share, essay.remark) == (None, "28 wait to be marked")
    assert tally.correlation == pytest.approx(shares.correlation)
    assert tally.correlation == pytest.approx(
        np.corrcoef([0] * 9 + [1] * 19, [0] * 18 + [1] * 10)[0, 1]
    )


def test_report_groups_mistakes_by_the_authors_message(told):
    found = {(m.problem, m.text): len(m.students) for m in told.mistakes}
    assert found == {
        ("shares", "shares: divide by the sum of the counts"): 18,
        ("tally", "tally: incorrect, a occurs twice, got …"): 9,
        ("tally", mistakes.UNNAMED): 9,
    }
    assert "     18  shares: divide by the sum of the counts  (s00 s01 s02 s03 s04 ...)" in str(
        told
    )


def test_class_without_a_submission_has_a_report(tmp_path, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    (tmp_path / "course").mkdir()
    empty = MadeCourse(tmp_path / "course", SOURCE, {"ann": "Ann"})
    text = str(report(empty.course, NAME))
    assert text == f"{NAME}: 0 of 1 students graded\n\nNot handed in: 1\n  ann  Ann"


# Difficulty and discrimination


def test_discrimination_of_a_worked_example():
    """Ten weak and ten strong students; the second problem is lost by the strong ones."""
    points = {}
    for i in range(20):
        strong = i >= 10
        points[f"s{i}"] = {"a": 5.0 * strong, "b": 5.0 * (not strong), "c": 10.0 * strong, "d": 5.0}
    a, b, c, d = items(points, {"a": 5, "b": 5, "c": 10, "d": 5})
    assert a.correlation == pytest.approx(1)
    assert b.correlation == pytest.approx(-1)
    assert b.remark.startswith("the stronger ones lose it")
    assert (d.correlation, d.mean_share) == (None, 1.0)
    assert c.full == 0.5


def test_small_class_says_nothing_about_discrimination():
    points = {f"s{i}": {"a": float(i % 2), "b": float(i % 2)} for i in range(19)}
    found = items(points, {"a": 1, "b": 1})
    assert [item.correlation for item in found] == [None] * 2
    assert "n = 19: r is shown from 20 on" in difficulty.table(found)[-1]
    assert items({}, {"a": 1})[0].n == 0


shares = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=3)


@given(st.lists(shares, min_size=20, max_size=40), st.randoms())
def test_discrimination_is_bounded_and_knows_no_order(rows, rng: random.Random):
    points = {f"s{i}": dict(zip("abc", row, strict=True)) for i, row in enumerate(rows)}
    order = list(points)
    rng.shuffle(order)
    maxima = dict.fromkeys("abc", 1.0)
    found, again = items(points, maxima), items({s: points[s] for s in order}, maxima)
    for item, other in zip(found, again, strict=True):
        one, two = item.correlation, other.correlation
        assert one == (None if two is None else pytest.approx(two, abs=1e-9))
        assert one is None or -1 - 1e-9 <= one <= 1 + 1e-9


def test_what_waits_for_a_person_counts_for_nobody():
    points = {f"s{i}": {"a": float(i % 2), "essay": None if i else 1.0} for i in range(20)}
    a, essay = items(points, {"a": 1, "essay": 10})
    assert a.correlation is None  # nothing else is known of everybody
    assert (essay.n, essay.waiting, essay.mean_share) == (1, 19, 0.1)
    assert essay.remark == "19 wait to be marked"


# Mistakes


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            {"message": "tally: incorrect, there is no return"},
            "tally: incorrect, there is no return",
        ),
        ({"status": "timeout"}, "too slow, or an endless loop"),
        ({"status": "died"}, "ends its process"),
        ({"error": "KeyError", "message": "'a'", "students": True}, "raises KeyError"),
        ({"message": "not an author's"}, "not an author's"),
        ({"message": "not an author's", "hidden": True}, mistakes.UNNAMED),
    ],
)
def test_mistake_has_a_name(change, name):
    source = read(SOURCE)
    check = failed(next(cells(source, "check")), **change)
    assert mistakes.named(source)(check) == name


def test_answers_that_are_not_attempted_are_no_mistakes():
    source = read(SOURCE)
    check = failed(next(cells(source, "check")), "tally: not attempted")
    assert mistakes.mistakes(source, [Attempt(NAME, "ann", 1, checks=[check])]) == []


def test_answer_cell_that_stops_is_the_mistake():
    source = read(SOURCE)
    check = failed(next(cells(source, "check")), "name 'tally' is not defined", error="NameError")
    stopped = CellResult("tally", "error", "SyntaxError")
    found = mistakes.mistakes(source, [Attempt(NAME, "ann", 1, checks=[check], cells=[stopped])])
    assert [(m.problem, m.text) for m in found] == [("tally", "the answer cell: SyntaxError")]


# Forbidden calls

GIVEN = "import numpy as np\nfrom collections import Counter"
RULES = {"count": ["numpy.unique", "numpy.linalg", "collections.Counter", ".sort", "sorted"]}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("np.unique(x)", "numpy.unique"),
        ("import numpy\nnumpy.unique(x)", "numpy.unique"),
        ("f, g = np.sum, np.unique", "numpy.unique"),
        ("import numpy as n\nn.unique(x)", "numpy.unique"),
        ("from numpy import unique as u\nu(x)", "numpy.unique"),
        ("u = np.unique", "numpy.unique"),
        ("map(np.unique, x)", "numpy.unique"),
        ("np.linalg.norm(x)", "numpy.linalg.norm"),
        ("from numpy.linalg import norm", "numpy.linalg.norm"),
        ("def f(x):\n    return Counter(x)", "collections.Counter"),
        ("x.sort()", "x.sort"),
        ("f(x)[0].sort()", ".sort"),
        ("sorted(x)", "sorted"),
    ],
)
def test_forbidden_call_is_found(code, name):
    found = list(forbidden.look(StudentCode("ann", {"count": code}), RULES, GIVEN))
    assert name in [call.name for call in found]
    assert {call.cell for call in found} == {"count"}
    assert found[-1].line == len(code.split("\n"))


@pytest.mark.parametrize(
    "code",
    [
        "np.bincount(x)",
        "# np.unique(x)",
        "'np.unique(x)'",
        "unique = set(x)",
        "def unique(x):\n    return x\nunique(x)",
        "np.uniquely(x)",
        "re.compile('a')",
        "x.sorted()",
        "def f(:",
    ],
)
def test_what_is_allowed_is_not_reported(code):
    assert list(forbidden.look(StudentCode("ann", {"count": code}), RULES, GIVEN)) == []


def test_import_of_one_cell_is_known_in_another_and_helpers_are_looked_at():
    student = StudentCode(
        "ann",
        {"other": "from numpy import unique as u", "count": "u(x)"},
        ["def g(x):\n return sorted(x)"],
    )
    found = list(forbidden.look(student, RULES, GIVEN))
    assert [(c.cell, c.line, c.name) for c in found] == [
        ("count", 1, "numpy.unique"),
        (forbidden.FURTHER, 2, "sorted"),
    ]


def test_option_of_an_answer_cell_forbids(tmp_path, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path))
    copy_assignment(SOURCE, tmp_path)
    source = Course.here().source(NAME)
    text = source.read_text()
    source.write_text(text.replace(":answer: tally\n", ":answer: tally\n:forbidden: [sum, .get]\n"))
    assert forbidden.rules(read(source)) == {"tally": ["sum", ".get"]}
    source.write_text(text.replace(":answer: tally\n", ":answer: tally\n:forbidden: sum, .get\n"))
    assert forbidden.rules(read(source)) == {"tally": ["sum", ".get"]}
    source.write_text(text.replace(":answer: tally\n", ":answer: tally\n:forbidden: a b(\n"))
    with pytest.raises(GradingError, match=r"answer tally: 'b\(' in :forbidden: is no name"):
        forbidden.rules(read(source))


def test_forbidden_calls_of_a_class_take_no_points(made, told):
    before = told.graded
    assert "the assignment forbids none" in str(told.forbidden)
    source = made.source.read_text()
    path = made.course.private("submitted", "s03", NAME, f"{NAME}.ipynb")
    path.parent.mkdir(parents=True)
    nbformat.write(submission(made.source), path)
    made.source.write_text(
        source.replace(":answer: tally\n", ":answer: tally\n:forbidden: [.get]\n")
    )
    try:
        again = report(made.course, NAME)
    finally:
        made.source.write_text(source)
    assert "Forbidden calls: 1\n  s03  tally, line 9: counts.get" in str(again)
    assert again.graded == before


# Flaky checks


def attempt(status: str, message: str = "") -> Attempt:
    return Attempt(NAME, "x", 1, checks=[CheckResult("c", 5, status=status, message=message)])


def test_check_that_changes_its_verdict_is_named():
    runs = [("a", attempt("passed"))] * 3 + [("a", attempt("failed", "bad luck"))] * 2
    runs += [("b", attempt("failed", f"got {i}")) for i in range(5)]
    unsteady, broken = flaky.compare([*runs, ("d", Attempt(NAME, "d", 1, "broken", "died"))])
    assert [vars(each) for each in unsteady] == [
        {
            "check": "c",
            "case": "a",
            "verdicts": {"passed": 3, "failed": 2},
            "messages": ["bad luck"],
        }
    ]
    assert broken == {"d": "died"}
    text = str(flaky.Flaky(3, 5, unsteady, broken))
    assert (
        "c: passed 3 times, failed 2 times with a\n      bad luck\n  d could not be graded" in text
    )


def test_linter_grades_the_solution_and_its_variants_again_and_again(tmp_path):
    copy_assignment(SOURCE, tmp_path)
    source = Course(tmp_path).source(NAME)
    lucky = "letters = random.Random(7)"
    text = source.read_text()
    assert lucky in text
    # Every third student has bad luck: the global generator is seeded by the student's name.
    unlucky = 'assert random.random() < 0.5, "tally: bad luck"\n'
    source.write_text(text.replace(lucky, unlucky + lucky))
    how = How(workers=1)
    found = flaky.flaky(Course(tmp_path), NAME, lambda copy: how.start(copy, NAME), times=6)
    assert {each.check for each in found.checks} == {"tally-random"}
    assert {message for each in found.checks for message in each.messages} >= {"tally: bad luck"}
    assert found.cases == 6
    assert found.broken == {}
    assert not (tmp_path / "gradebook").exists()


def test_student_who_handed_in_nothing_cannot_be_linted(tmp_path):
    copy_assignment(SOURCE, tmp_path)
    with pytest.raises(GradingError, match="ann has handed in nothing"):
        flaky.flaky(Course(tmp_path), NAME, lambda copy: How().start(copy, NAME), ["ann"])


@pytest.mark.slow
def test_report_of_a_large_class_takes_seconds(tmp_path, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    (tmp_path / "course").mkdir()
    large = MadeCourse(tmp_path / "course", SOURCE, {f"s{i:03d}": "N" for i in range(1000)})
    large.write_graded = lambda *arguments: None  # type: ignore[method-assign]
    with large:
        for i in range(1000):
            large.add(f"s{i:03d}")
    start = time.process_time()
    found = report(large.course, NAME)
    assert time.process_time() - start < 5
    assert len(found.graded) == 1000
    assert "s049 ..." in str(found)
