"""Marks: one question for a class, and CSV files that say the same to every spreadsheet."""

import csv
import io
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import postgres
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_attempts import DEMO, MadeCourse, failed
from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Student as Row
from sqlalchemy import insert

from grader import export
from grader.authoring.assignment import cells
from grader.course import GradingError
from grader.export import FORMS, safe
from grader.feedback import feedback
from grader.marks import Mark, decimal, marks, totals
from grader.people import Member
from grader.tables import Table

NAME = "01_tally"
SOURCE = DEMO / "solutions" / NAME / f"{NAME}.md"
STARTS = "=+-@\t\r\n\x00 '\"\u200b\ufeff\uff1d\uff0b\uff0d\uff20"

texts = st.text(max_size=20) | st.builds(
    str.__add__, st.text(STARTS, max_size=4), st.text(max_size=9)
)
students = st.builds(Member, st.from_regex(r"\w[\w.@-]{0,9}", fullmatch=True), texts, texts, texts)
points = st.none() | st.floats(0, 1000)
all_marks = st.lists(
    st.builds(Mark, students, points, st.just(100.0), st.just("graded"), reason=texts), min_size=1
)


def written(rows: list[list[str]]) -> list[list[str]]:
    """The rows after they went through a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode("utf-8", "surrogatepass")
    return list(csv.reader(io.StringIO(data.decode("utf-8", "surrogatepass"), newline="")))


@pytest.mark.parametrize("form", FORMS)
@given(all_marks)
def test_files_parse_back_and_hold_no_formula(form, made):
    rows = FORMS[form](made, NAME)
    assert written(rows) == rows
    assert len({len(row) for row in rows}) == 1
    header, *body = rows
    names = [
        row[header.index({"csv": "name", "canvas": "Student"}.get(form, "Full name"))]
        for row in body
    ]
    assert names[-len(made) :] == [safe(mark.student.name) for mark in made]
    for row in body:
        for cell in row:
            visible = cell.lstrip("\u200b\ufeff \u00ad\u200c\u200d\u200e\u200f\u2060")
            assert not visible.startswith(("=", "+", "@", "\t", "\r")) or cell == "", cell
            assert cell in ("-", "") or not visible.startswith(
                ("-", "\uff0d", "\uff1d", "\uff0b", "\uff20")
            )
            assert not set(cell) & set("\t\r\n\x00\x1b\x85")


@given(texts)
@example("Ævar Þórsson")
@example("李小龍")
@example('Robert "Bobby" Tables, Jr.')
@example("می‌خواهم")
def test_names_stay_what_they_are(name):
    plain = " ".join(export.CONTROL.sub(" ", name).split())
    assert safe(name).replace("'", "") == plain.replace("'", "")
    assert safe(safe(name)) == safe(name)


def table(rows: list[list[str]], separator: str = ",") -> Table:
    """The table that a file with these rows is."""
    return Table(Path("grades.csv"), rows[0], list(enumerate(rows[1:], 2)), separator, "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("\t=1+1", "'=1+1"),
        ("\r@SUM(A1)", "'@SUM(A1)"),
        ("\x00+1", "'+1"),
        ("\u200b-2", "'\u200b-2"),
        ("\uff1d1", "'\uff1d1"),
        ("Ada;=HYPERLINK(1)", "Ada;'=HYPERLINK(1)"),
        ("Ann-Marie O'Neil @ home", "Ann-Marie O'Neil @ home"),
        ("Line\nBreak", "Line Break"),
    ],
)
def test_formulas_become_text(text, kept):
    assert safe(text) == kept


@given(st.floats(0, 10_000))
def test_points_have_two_decimals_at_most(number):
    text = decimal(number)
    assert float(text) == pytest.approx(number, abs=0.00501)
    assert "e" not in text
    assert len(text.partition(".")[2]) <= 2


ids = st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=8, unique=True)


@given(ids, st.lists(st.floats(0, 100) | st.none(), min_size=8, max_size=8), st.randoms())
def test_a_canvas_file_gets_its_marks_whatever_its_order(names, values, rng):
    made = [
        Mark(Member(name, name.title(), ""), value, 100, "graded")
        for name, value in zip(names, values, strict=False)
    ]
    rows = FORMS["canvas"](made, f"{NAME} (77)")
    empty = [[*row[:5], "", "old"] for row in rows]
    empty[0] = [*rows[0], "Final"]
    body = empty[2:]
    rng.shuffle(body)
    filled, notes = export.fill(table([*empty[:2], *body]), made, NAME, "canvas")
    assert notes == []
    assert {row[3]: row[5] for row in filled[2:]} == {m.student.id: m.text for m in made}
    assert {row[6] for row in filled[1:]} == {"old"}


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "not UTF-8; save it"), (None, "No such file")],
)
def test_file_that_cannot_be_filled_is_named(made, tmp_path, data, message):
    path = tmp_path / "canvas.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(GradingError, match=message):
        export.export(made.course, NAME, "canvas", path)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Iterator[MadeCourse]:
    """Four students: right, wrong and late, broken, missing."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        names = {"ann": "=Ann", "bob": "Bób", "cy": "Cy, Jr.", "di": "Di"}
        course = MadeCourse(root, SOURCE, names)
        check = next(cells(course.solution, "check"))
        with course:
            course.add("ann")
            course.add("bob", checks=[failed(check)], late=timedelta(hours=3))
            course.add_broken("cy", "the file is empty")
        yield course


def test_marks_of_a_class(made):
    found = {
        m.student.id: (m.status, m.points, m.by_hand, m.seconds_late)
        for m in marks(made.course, NAME)
    }
    assert found == {
        "ann": ("graded", 60, 1, 0),
        "bob": ("graded", 40, 1, 3 * 3600),
        "cy": ("broken", None, 0, 0),
        "di": ("missing", None, 0, 0),
    }


def test_marks_given_by_hand_and_penalties_count(made):
    with made.course.gradebook() as gradebook:
        essay = gradebook.find_grade("essay", NAME, NAME, "ann")
        essay.manual_score, essay.extra_credit, essay.needs_manual_grade = 30, 2.5, False
        check = gradebook.find_grade("tally-counts", NAME, NAME, "bob")
        check.manual_score = 5
        query = gradebook.db.query(SubmittedNotebook).join(SubmittedAssignment)
        query.filter(SubmittedAssignment.student_id == "bob").one().late_submission_penalty = 7.5
        submission = gradebook.find_submission(NAME, "bob")
        submission.extension = timedelta(hours=1)
        gradebook.db.commit()
        expected = {s.student.id: s.score for s in gradebook.assignment_submissions(NAME)}
        assert {name: t.points for name, t in totals(gradebook, NAME).items()} == expected
        assert submission.total_seconds_late == totals(gradebook, NAME, ["bob"])["bob"].seconds_late
    path = export.export(made.course, NAME, "csv").path
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[3] for row in rows] == ["mark", "92.5", "37.5", "", ""]
    assert [row[1] for row in rows[1:]] == ["'=Ann", "Bób", "Cy, Jr.", "Di"]
    assert [row[6] for row in rows[1:]] == ["", "2.0", "", ""]
    assert [row[7] for row in rows[1:]] == ["", "1", "", ""]


def test_class_of_ten_thousand_is_asked_for_at_once(made):
    """The gradebook answers for a large class in about a second."""
    with made.course.gradebook() as gradebook:
        _enroll(gradebook, 10_000)
        start = time.process_time()
        found = totals(gradebook, NAME)
        assert time.process_time() - start < 5
    assert len(found) == 10_002
    assert found["large00000"].points == 40.0
    assert found["large00000"].waiting == 1


@pytest.mark.skipif(not postgres.PROGRAMS, reason="no PostgreSQL server is installed")
def test_marks_and_pages_come_from_postgresql_too(tmp_path, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path))
    with postgres.Server() as server:
        monkeypatch.setenv("MINILLM_GRADEBOOK_URL", server.url)
        course = MadeCourse(tmp_path, SOURCE, {"ann": "Ann", "bob": "Bob"})
        with course:
            course.add("ann", late=timedelta(hours=2))
        found = {
            m.student.id: (m.points, m.seconds_late, m.by_hand) for m in marks(course.course, NAME)
        }
        assert found == {"ann": (60, 7200, 1), "bob": (None, 0, 0)}
        assert [(p.changed, p.fault) for p in feedback(course.course, NAME)] == [(True, "")]


def _enroll(gradebook, size: int) -> None:
    """Enter a large class with its grades."""
    book = gradebook.find_notebook(NAME, NAME)
    new = {f"large{i:05d}": (uuid4().hex, uuid4().hex) for i in range(size)}
    run = gradebook.db.execute
    run(insert(Row), [{"id": name} for name in new])
    rows = [
        {"id": a, "assignment_id": book.assignment_id, "student_id": s} for s, (a, _) in new.items()
    ]
    run(insert(SubmittedAssignment), rows)
    run(
        insert(SubmittedNotebook),
        [{"id": n, "assignment_id": a, "notebook_id": book.id} for a, n in new.values()],
    )
    run(
        insert(Grade),
        [
            {
                "cell_id": c.id,
                "notebook_id": n,
                "auto_score": 10.0,
                "needs_manual_grade": c.name == "essay",
            }
            for _, n in new.values()
            for c in book.grade_cells
        ],
    )
    gradebook.db.commit()
