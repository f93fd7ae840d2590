"""The gradebook's rows of a batch of submissions: made where they lack, changed where they differ.

They are what stock nbgrader's `add_submission` makes and `SaveAutoGrades` fills in, for many
students with few queries.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session, load_only

from grader.attempt import Attempt
from grader.course import GradingError, not_released
from grader.states import Collected

NO_RESPONSE = "No response."  # what stock nbgrader says below an untouched answer
LOOKED_UP = (
    SubmittedNotebook.__table__.c.assignment_id,
    Grade.__table__.c.notebook_id,
    Comment.__table__.c.notebook_id,
)


@dataclass(frozen=True)
class AssignmentCells:
    """What the gradebook knows of an assignment: ids, and names of cells by id."""

    assignment: str
    notebook: str
    graded: dict[str, str]
    answers: dict[str, str]


@dataclass(frozen=True)
class Work:
    """An attempt with the texts that it graded, and those that the gradebook has points for."""

    attempt: Attempt
    now: Collected
    before: Collected | None

    def text_changed(self, name: str) -> bool:
        """Whether a written answer differs from the one that a person may have marked."""
        return self.before is None or self.before.written.get(name) != self.now.written.get(name)


def index(session: Session) -> None:
    """Make sure that a batch is looked up and not searched for in whole tables.

    nbgrader's tables have no index that begins with these columns.
    """
    for column in LOOKED_UP:
        name = f"by_{column.table.name}_{column.name}"
        on = f"{column.table.name} ({column.name})"
        session.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {on}"))


def cells(session: Session, assignment: str) -> AssignmentCells:
    """The cells of an assignment's notebook; GradingError where it is not released."""
    query = select(Assignment.id, Notebook.id).join(Notebook)
    found = session.execute(query.where(Assignment.name == assignment, Notebook.name == assignment))
    ids = found.one_or_none()
    if ids is None:
        raise not_released(assignment)
    table = BaseCell.__table__.c
    names = session.execute(
        select(table.type, table.id, table.name).where(table.notebook_id == ids[1])
    ).all()
    graded = {row.id: row.name for row in names if row.type == "GradeCell"}
    answers = {row.id: row.name for row in names if row.type == "SolutionCell"}
    return AssignmentCells(ids[0], ids[1], graded, answers)


def submitted(session: Session, known: AssignmentCells, students: Sequence[str]) -> dict[str, str]:
    """Id of each student's submitted notebook, by student; what is missing is made."""
    have = set(session.scalars(select(Student.id).where(Student.id.in_(students))))
    session.add_all(Student(id=each) for each in students if each not in have)
    task, book = SubmittedAssignment, SubmittedNotebook
    query = select(task.student_id, task.id).where(task.student_id.in_(students))
    query = query.where(task.assignment_id == known.assignment)
    ids = _filled(session, query, students, lambda student: task(
        id=uuid4().hex, student_id=student, assignment_id=known.assignment))  # fmt: skip
    query = select(book.assignment_id, book.id).where(book.assignment_id.in_(ids.values()))
    query = query.where(book.notebook_id == known.notebook)
    books = _filled(session, query, ids.values(), lambda task_id: book(
        id=uuid4().hex, assignment_id=task_id, notebook_id=known.notebook))  # fmt: skip
    return {student: books[ids[student]] for student in students}


def _filled(
    session: Session, query: Select, keys: Iterable[str], make: Callable[[str], Any]
) -> dict[str, str]:
    """The ids that `query` gives by key, after a row was made for every key that lacks one."""
    found = {row[0]: row[1] for row in session.execute(query)}
    made = {key: make(key) for key in keys if key not in found}
    session.add_all(made.values())
    session.flush()
    return found | {key: row.id for key, row in made.items()}


def write_grades(
    session: Session, known: AssignmentCells, books: Mapping[str, str], batch: Sequence[Work]
) -> None:
    """Enter the points of the checks, and which cells wait for a person."""
    old = _rows(session, Grade, books)
    for work in batch:
        points = _points(known, work)
        for cell, name in known.graded.items():
            key = books[work.attempt.student], cell
            waits = _waits(work, name, points[name], old.get(key))
            row = old.get(key) or Grade(notebook_id=key[0], cell_id=cell)
            row.auto_score, row.needs_manual_grade = points[name], waits
            session.add(row)


def write_comments(
    session: Session, known: AssignmentCells, books: Mapping[str, str], batch: Sequence[Work]
) -> None:
    """Say below every answer that is as released that there is no response."""
    old = _rows(session, Comment, books)
    for work in batch:
        for cell, name in known.answers.items():
            key = books[work.attempt.student], cell
            row = old.get(key) or Comment(notebook_id=key[0], cell_id=cell)
            row.auto_comment = NO_RESPONSE if name in work.now.untouched else None
            session.add(row)


def _rows(session: Session, model: Any, books: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """The rows of these submitted notebooks, by notebook and cell."""
    columns = [getattr(model, column.key) for column in model.__table__.columns]
    query = select(model).options(load_only(*columns)).where(model.notebook_id.in_(books.values()))
    # A person who marks one of them meanwhile waits for the end of this transaction.
    found = session.scalars(query.with_for_update())
    return {(row.notebook_id, row.cell_id): row for row in found}


def _points(known: AssignmentCells, work: Work) -> dict[str, float | None]:
    """Points by cell, None for what a person marks."""
    points: dict[str, float | None] = dict.fromkeys(work.now.written)
    points |= {name: 0.0 for name in work.now.untouched if name in points}
    for check in work.attempt.checks:
        sound = 0.0 if math.isnan(check.earned) else check.earned
        points[check.id] = min(max(sound, 0.0), check.points)
    if set(points) != set(known.graded.values()):
        names = ", ".join(sorted(set(points) ^ set(known.graded.values())))
        raise GradingError(
            f"{work.attempt.student} was graded with other cells than the gradebook has ({names}): "
            "run the step `release`, then `regrade`"
        )
    return points


def _waits(work: Work, name: str, points: float | None, old: Grade | None) -> bool:
    """Whether a cell waits for a person."""
    if old is None or (points is not None and old.manual_score is None):
        return points is None
    if name in work.now.written:
        return old.needs_manual_grade or work.text_changed(name)
    return old.needs_manual_grade or old.auto_score != points
