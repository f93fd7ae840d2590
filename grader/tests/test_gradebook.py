"""The gradebook's writer: as stock nbgrader, faster, and safe against crashes and absences."""

import copy
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import postgres
import pytest
import sqlalchemy.event
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

from grader import lateness
from grader.attempt import Attempt, CheckResult
from grader.authoring.variants import submission, untouched
from grader.course import Course, GradingError
from grader.database import GradebookAway
from grader.gradebook import GradebookWriter
from grader.journal import Collected, Journal
from grader.release import release

DEMO = Path(__file__).parent / "data" / "demo_course"
NAME = "01_tally"
DUE = datetime(2026, 3, 2, 18, 0)
# nbgrader's own warning while it adds a submission.
IGNORE = pytest.mark.filterwarnings("ignore:Object of type <Submitted")
CHECKS = {"tally-counts": 20.0, "tally-random": 20.0, "shares-sum": 20.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The demo course, released on SQLite."""
    root = tmp_path_factory.mktemp("made") / "course"
    shutil.copytree(DEMO, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
        release(Course.here(), NAME, DUE.replace(tzinfo=UTC))
    return root


@pytest.fixture
def course(made, tmp_path, monkeypatch) -> Course:
    """A copy of the released course."""
    shutil.copytree(made, tmp_path / "course")
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    monkeypatch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    return Course.here()


def collected(student: str = "ann", text: str = "first", **more: object) -> Collected:
    """A submission whose written answer is `text`; the stub for ""."""
    untouched_ = [] if text else ["essay"]
    values = {
        "submission": f"{student} {text}",
        "handed_in": (DUE - timedelta(hours=1)).isoformat(),
    }
    return Collected(student, untouched=untouched_, written={"essay": text}, **{**values, **more})


def attempt(student: str = "ann", number: int = 1, text: str = "first", **earned: float) -> Attempt:
    """An attempt with full points but for the checks named in `earned` (`_` for `-`)."""
    points = CHECKS | {name.replace("_", "-"): value for name, value in earned.items()}
    checks = [
        CheckResult(name, CHECKS[name], value, "passed" if value else "failed")
        for name, value in points.items()
    ]
    return Attempt(NAME, student, number, submission=f"{student} {text}", checks=checks)


def enter(course: Course, *what: Collected | Attempt) -> list[str]:
    """Write down and enter what is given; returns what the writer tells."""
    told: list[str] = []
    with Journal(course, NAME) as book, GradebookWriter(course, book, told.append, 20) as writer:
        for each in what:
            book.append(each)
            if isinstance(each, Attempt):
                writer.add(each)
    return told


GRADE = ("name", "auto_score", "manual_score", "extra_credit", "needs_manual_grade", "score")
COMMENT = ("name", "auto_comment", "manual_comment")


def content(course: Course) -> dict[str, dict]:
    """Everything that the gradebook holds for the assignment, by student."""
    found = {}
    with course.gradebook() as gradebook:
        for each in gradebook.assignment_submissions(NAME):
            (book,) = each.notebooks
            found[each.student_id] = {
                "timestamp": each.timestamp,
                "penalty": book.late_submission_penalty,
                "grades": sorted([getattr(g, name) for name in GRADE] for g in book.grades),
                "comments": sorted([getattr(c, name) for name in COMMENT] for c in book.comments),
                "failed": {g.name for g in book.grades if g.failed_tests},
            }
    return found


def mark(course: Course, cell: str, points: float | None, student: str = "ann") -> None:
    """Give a mark by hand, as formgrader does."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(cell, NAME, NAME, student)
        grade.manual_score = points
        grade.needs_manual_grade = grade.manual_score is None and grade.auto_score is None
        gradebook.db.commit()


def grade_of(course: Course, cell: str, student: str = "ann") -> dict[str, object]:
    with course.gradebook() as gradebook:
        return gradebook.find_grade(cell, NAME, NAME, student).to_dict()


# As stock nbgrader


def autograded(course: Course, each: Attempt, text: str, blank: str) -> nbformat.NotebookNode:
    """The notebook that stock nbgrader would have after it has run the checks."""
    notebook = submission(course.source(NAME))
    release_ = {cell.id: cell.source for cell in untouched(course.source(NAME)).cells}
    earned = {check.id: check.earned for check in each.checks}
    for cell in notebook.cells:
        if cell.id == blank or (cell.id == "essay" and not text):
            cell.source = release_[cell.id]
        if cell.id in earned and earned[cell.id] == 0:
            error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
            cell.outputs = [error]
        elif cell.id in earned and earned[cell.id] != CHECKS[cell.id]:
            data = {"text/plain": str(earned[cell.id])}
            cell.outputs = [nbformat.v4.new_output("execute_result", data=data)]
    return notebook


def enter_as_stock(course: Course, url: str, each: Collected, notebook: nbformat.NotebookNode):
    """Enter a submission by the stock preprocessors."""
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_student(each.student)
        gradebook.update_or_create_submission(NAME, each.student, timestamp=each.handed_in)
    names = {"notebook": NAME, "assignment": NAME, "student": each.student, "db_url": url}
    for step in (SaveAutoGrades, AssignLatePenalties):
        step(config=course.config()).preprocess(notebook, {"nbgrader": names})


CASES = {
    "right": ({}, "text", ""),
    "failed": ({"tally_random": 0.0}, "text", ""),
    "partial": ({"tally_counts": 7.5}, "text", ""),
    "untouched": ({"tally_counts": 0.0, "tally_random": 0.0}, "", "tally"),
    "late": ({}, "text", "shares"),
}


@IGNORE
@pytest.mark.parametrize("penalty", ["none", "zero"])
def test_entries_equal_those_of_stock_nbgrader(course, monkeypatch, penalty):
    settings = course.config()
    settings.LateSubmissionPlugin.penalty_method = penalty
    monkeypatch.setattr(Course, "config", lambda self: copy.deepcopy(settings))
    stock = course.private("stock.db")
    shutil.copy(course.private("gradebook.db"), stock)
    for student, (earned, text, blank) in CASES.items():
        late = {"handed_in": (DUE + timedelta(days=1)).isoformat()} if student == "late" else {}
        one = collected(student, text, **late)
        one.untouched += [blank] * bool(blank)
        made_of = attempt(student, 1, text, **earned)
        enter(course, one, made_of)
        notebook = autograded(course, made_of, text, blank)
        enter_as_stock(course, f"sqlite:///{stock}", one, notebook)
    ours = content(course)
    monkeypatch.setattr(Course, "gradebook", lambda self: Gradebook(f"sqlite:///{stock}"))
    assert ours == content(course)
    assert len(ours) == len(CASES)
    assert ours["late"]["penalty"] == (None if penalty == "none" else 60)


def test_formgrader_can_list_and_open_what_was_entered(course):
    enter(course, collected(), attempt(shares_sum=0.0))
    with course.gradebook() as gradebook:
        (row,) = gradebook.submission_dicts(NAME)
        (book,) = gradebook.notebook_submission_dicts(NAME, NAME)
        (student,) = [each for each in gradebook.student_dicts() if each["id"] == "ann"]
    assert (row["score"], row["max_score"], row["needs_manual_grade"]) == (40, 100, True)
    assert (book["failed_tests"], book["code_score"]) == (True, 40)
    assert student["score"] == 40


@IGNORE
def test_entering_is_many_times_faster_than_stock(course):
    students = [f"s{number:02d}" for number in range(60)]
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        for student in students:
            book.append(collected(student))
            book.append(attempt(student))
        start = time.process_time()
        assert writer.catch_up() == 60
        ours = (time.process_time() - start) / len(students)
    notebook = autograded(course, attempt(), "first", "")
    start = time.process_time()
    for student in ("x", "y"):
        url = f"sqlite:///{course.private('gradebook.db')}"
        enter_as_stock(course, url, collected(student), notebook)
    stock = (time.process_time() - start) / 2
    assert ours < 0.010
    assert ours < stock / 10


# Marks of a person


def test_no_table_is_read_as_a_whole_for_a_batch(course):
    """Else the time for a class would grow with its square."""
    enter(course, collected(), attempt())
    asked = []
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        sqlalchemy.event.listen(
            writer.database.engine,
            "before_cursor_execute",
            lambda _, __, statement, values, *___: asked.append((statement, values)),
        )
        for each in (collected("bob"), attempt("bob")):
            book.append(each)
        writer.add(attempt("bob"))
    with closing(sqlite3.connect(course.root / "gradebook" / "gradebook.db")) as base:
        plans = [
            (row[3], statement)
            for statement, values in asked
            if statement.startswith("SELECT submitted") or " grade" in statement
            for row in base.execute(f"EXPLAIN QUERY PLAN {statement}", flat(values))
        ]
    assert len(plans) >= 5
    whole = [plan for plan, _ in plans if "SCAN" in plan or "AUTOMATIC" in plan]
    assert [plan for plan in whole if "CONSTANT ROW" not in plan] == []  # what is inserted


def flat(values: object) -> tuple:
    """One row of values, where there are several."""
    return values[0] if isinstance(values, list) else values


def test_a_mark_given_by_hand_is_kept_over_a_regrade(course):
    enter(course, collected(), attempt())
    mark(course, "essay", 31)
    with course.gradebook() as gradebook:
        comment = gradebook.find_comment("essay", NAME, NAME, "ann")
        comment.manual_comment = "Well said."
        gradebook.find_grade("tally-counts", NAME, NAME, "ann").extra_credit = 2
        gradebook.db.commit()
    enter(course, attempt(number=2, tally_random=0.0))
    essay = grade_of(course, "essay")
    assert (essay["manual_score"], essay["needs_manual_grade"]) == (31, False)
    assert grade_of(course, "tally-counts")["extra_credit"] == 2
    assert grade_of(course, "tally-random")["auto_score"] == 0
    with course.gradebook() as gradebook:
        assert gradebook.find_comment("essay", NAME, NAME, "ann").comment == "Well said."
        assert gradebook.find_submission(NAME, "ann").score == 31 + 20 + 2 + 20


def test_a_marked_answer_waits_again_once_its_text_changes(course):
    enter(course, collected(), attempt())
    mark(course, "essay", 31)
    enter(course, collected(text="second"), attempt(number=2, text="second"))
    essay = grade_of(course, "essay")
    assert (essay["manual_score"], essay["needs_manual_grade"]) == (31, True)
    enter(course, attempt(number=3, text="second"))
    assert grade_of(course, "essay")["needs_manual_grade"]


def test_points_changed_by_a_person_wait_again_once_the_check_says_something_else(course):
    enter(course, collected(), attempt(tally_counts=0.0))
    mark(course, "tally-counts", 5)
    enter(course, attempt(number=2, tally_counts=0.0))
    assert not grade_of(course, "tally-counts")["needs_manual_grade"]
    enter(course, attempt(number=3))
    changed = grade_of(course, "tally-counts")
    assert (changed["manual_score"], changed["auto_score"]) == (5, 20)
    assert changed["needs_manual_grade"]


def test_an_answer_that_was_never_written_waits_for_nobody(course):
    enter(course, collected(text=""), attempt(text=""))
    essay = grade_of(course, "essay")
    assert (essay["auto_score"], essay["needs_manual_grade"]) == (0, False)
    enter(course, collected(text="now"), attempt(number=2, text="now"))
    essay = grade_of(course, "essay")
    assert (essay["auto_score"], essay["needs_manual_grade"]) == (None, True)


# Crashes


def test_an_attempt_entered_twice_changes_nothing(course):
    enter(course, collected(), attempt(shares_sum=0.0))
    before = content(course)
    enter(course, attempt(shares_sum=0.0))
    assert content(course) == before


def test_crash_between_the_commit_and_the_journals_line_loses_and_doubles_nothing(
    course, monkeypatch
):
    with monkeypatch.context() as patch:

        def crash(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(Journal, "append_applied", crash)
        with pytest.raises(KeyboardInterrupt):
            enter(course, collected(), attempt())
    before = content(course)
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert writer.catch_up() == 1
        assert writer.catch_up() == 0
    assert content(course) == before
    assert list(before) == ["ann"]


def test_what_was_graded_but_not_entered_is_caught_up_with(course):
    with Journal(course, NAME) as book:
        for number in range(1, 4):
            book.append(collected())
            book.append(attempt(number=number, shares_sum=float(number)))
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert writer.catch_up() == 1
    assert grade_of(course, "shares-sum")["auto_score"] == 3


def test_a_new_gradebook_is_filled_from_the_journal(course):
    enter(course, collected(), attempt(), collected("bob"), attempt("bob"))
    before = content(course)
    course.private("gradebook.db").unlink()
    release(course, NAME, DUE.replace(tzinfo=UTC))
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert writer.catch_up() == 2
    assert content(course) == before


def test_a_broken_attempt_enters_nothing_and_is_done(course):
    broken = Attempt(NAME, "ann", 1, "broken", "died", submission="ann first")
    enter(course, collected(), broken)
    assert content(course) == {}
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert list(book.unapplied()) == []
        assert writer.catch_up() == 0


def test_what_does_not_fit_says_what_to_do(course):
    wrong = attempt()
    del wrong.checks[1]
    with pytest.raises(GradingError, match=r"other cells .*tally-random.* then `regrade`"):
        enter(course, collected(), wrong)
    with pytest.raises(GradingError, match="run `collect` and `regrade`"):
        enter(course, attempt("bob"))
    course.private("gradebook.db").unlink()
    with pytest.raises(GradingError, match=r"not set up .* run the step `release`"):
        enter(course, collected(), attempt())


def test_points_stay_between_zero_and_those_of_the_check(course):
    odd = {"tally_counts": float("nan"), "tally_random": 1e9, "shares_sum": -3.0}
    enter(course, collected(), attempt(**odd))
    points = [grade_of(course, name)["auto_score"] for name in CHECKS]
    assert points == [0, 20, 0]


# Lateness


def test_due_date_that_is_set_or_moved_later_decides_who_is_late(course, monkeypatch):
    settings = course.config()
    settings.LateSubmissionPlugin.penalty_method = "zero"
    monkeypatch.setattr(Course, "config", lambda self: copy.deepcopy(settings))
    enter(course, collected(), attempt())
    assert content(course)["ann"]["penalty"] is None
    release(course, NAME, (DUE - timedelta(days=1)).replace(tzinfo=UTC))
    lateness.settle(course, NAME)
    assert content(course)["ann"]["penalty"] == 60
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(NAME, "ann").total_seconds_late == 23 * 3600
        gradebook.grant_extension(NAME, "ann", days=1)
    lateness.settle(course, NAME)
    assert content(course)["ann"]["penalty"] is None


def test_corrected_time_of_a_submission_reaches_the_gradebook(course):
    enter(course, collected(), attempt())
    enter(course, collected(handed_in="2026-03-05T10:00:00"))
    lateness.settle(course, NAME)
    assert content(course)["ann"]["timestamp"] == datetime(2026, 3, 5, 10)


# A database that is away


def write_down(book: Journal, *students: str) -> None:
    for student in students:
        book.append(collected(student))
        book.append(attempt(student))


@pytest.fixture
def lock(course) -> Iterator[sqlite3.Connection]:
    """Locks the SQLite file up to the rollback, as a program that writes to it."""
    path = course.private("gradebook.db")
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.close()


def test_writer_waits_for_another_one(course, lock):
    threading.Timer(1.0, lock.rollback).start()
    assert enter(course, collected(), attempt()) == []
    assert list(content(course)) == ["ann"]


def test_file_that_stays_locked_ends_with_a_clear_sentence(course, lock):
    with Journal(course, NAME) as book, GradebookWriter(course, book, patience_s=0.5) as writer:
        write_down(book, "ann")
        with pytest.raises(GradebookAway, match=r"is locked.*Nothing is lost.*Run the same"):
            writer.catch_up()
    lock.rollback()
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert writer.catch_up() == 1
    assert list(content(course)) == ["ann"]


@pytest.fixture
def server(monkeypatch) -> Iterator[postgres.Server]:
    """A PostgreSQL server that runs."""
    if not postgres.PROGRAMS:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    with postgres.Server() as server:
        monkeypatch.setenv("MINILLM_GRADEBOOK_URL", server.url)
        yield server


def test_server_that_is_away_for_a_while_loses_nothing(course, server):
    release(course, NAME)
    told: list[str] = []
    students = [f"s{number:03d}" for number in range(120)]
    with Journal(course, NAME) as book, GradebookWriter(course, book, told.append, 60) as writer:
        for number, student in enumerate(students):
            book.append(collected(student))
            book.append(attempt(student))
            if number == 70:
                server.stop()
                threading.Timer(2, server.start).start()
            writer.add(book.attempts(student)[0])
    assert sorted(content(course)) == students
    assert "the gradebook does not answer" in told[0]
    assert "trying again for 60 s" in told[0]
    assert told[1:] == ["the gradebook answers again"]
    assert not [text for text in told if "\n" in text]


def test_server_that_stays_away_ends_with_a_clear_sentence_and_the_next_run_catches_up(
    course, server
):
    release(course, NAME)
    server.stop()
    with Journal(course, NAME) as book, GradebookWriter(course, book, patience_s=1) as writer:
        write_down(book, *(f"s{number}" for number in range(120)))
        with pytest.raises(GradebookAway, match=r"Connection refused\), for 1 s. Nothing is lost"):
            writer.catch_up()
    server.start()
    with Journal(course, NAME) as book, GradebookWriter(course, book) as writer:
        assert writer.catch_up() == 120
        assert writer.catch_up() == 0
    assert len(content(course)) == 120


def test_server_that_dies_within_a_transaction_holds_all_of_it_or_nothing(course, server):
    release(course, NAME)
    calls = []

    def die_once(connection, *rest: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            server.stop()
            threading.Timer(1, server.start).start()
        write(connection, *rest)

    write = lateness.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lateness, "write", die_once)
        enter(course, collected(), attempt(), collected("bob"), attempt("bob"))
    assert len(calls) == 2
    assert sorted(content(course)) == ["ann", "bob"]
