"""The gradebook's rows of a batch of submissions: made where they lack, changed where they differ.

They are what stock nbgrader's `add_submission` makes and `SaveAutoGrades` fills in, for many
students with few queries.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
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
from sqlalchemy import Connection, Row, Select, Table, bindparam, select, text

from grader.attempt import Attempt
from grader.course import GradingError, not_released
from grader.states import Collected

NO_RESPONSE = "No response."  # what stock nbgrader says below an untouched answer
STUDENTS, SUBMISSIONS = Student.__table__, SubmittedAssignment.__table__
BOOKS, GRADES, COMMENTS = SubmittedNotebook.__table__, Grade.__table__, Comment.__table__
LOOKED_UP = (BOOKS.c.assignment_id, GRADES.c.notebook_id, COMMENTS.c.notebook_id)


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


def index(connection: Connection) -> None:
    """Make sure that a batch is looked up and not searched for in whole tables.

    nbgrader's tables have no index that begins with these columns.
    """
    for column in LOOKED_UP:
        name = f"by_{column.table.name}_{column.name}"
        on = f"{column.table.name} ({column.name})"
        connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {on}"))


def cells(connection: Connection, assignment: str) -> AssignmentCells:
    """The cells of an assignment's notebook; GradingError where it is not released."""
    query = select(Assignment.id, Notebook.id).join(Notebook)
    found = connection.execute(
        query.where(Assignment.name == assignment, Notebook.name == assignment)
    )
    ids = found.one_or_none()
    if ids is None:
        raise not_released(assignment)
    table = BaseCell.__table__.c
    names = connection.execute(
        select(table.type, table.id, table.name).where(table.notebook_id == ids[1])
    ).all()
    graded = {row.id: row.name for row in names if row.type == "GradeCell"}
    answers = {row.id: row.name for row in names if row.type == "SolutionCell"}
    return AssignmentCells(ids[0], ids[1], graded, answers)


def submitted(
    connection: Connection, known: AssignmentCells, students: Sequence[str]
) -> dict[str, str]:
    """Id of each student's submitted notebook, by student; what is missing is made."""
    have = set(connection.execute(select(Student.id).where(Student.id.in_(students))).scalars())
    _insert(connection, STUDENTS, [{"id": each} for each in students if each not in have])
    query = select(SUBMISSIONS.c.student_id, SUBMISSIONS.c.id)
    query = query.where(SUBMISSIONS.c.assignment_id == known.assignment)
    query = query.where(SUBMISSIONS.c.student_id.in_(students))
    ids = _filled(
        connection, SUBMISSIONS, query, students, "student_id", assignment_id=known.assignment
    )
    query = select(BOOKS.c.assignment_id, BOOKS.c.id).where(BOOKS.c.notebook_id == known.notebook)
    query = query.where(BOOKS.c.assignment_id.in_(ids.values()))
    books = _filled(
        connection, BOOKS, query, ids.values(), "assignment_id", notebook_id=known.notebook
    )
    return {student: books[ids[student]] for student in students}


def _filled(
    connection: Connection,
    table: Table,
    query: Select,
    keys: Iterable[str],
    column: str,
    **values: str,
) -> dict[str, str]:
    """The ids that `query` gives by key, after a row was made for every key that lacks one."""
    found = {row[0]: row[1] for row in connection.execute(query)}
    made = {key: uuid4().hex for key in keys if key not in found}
    _insert(connection, table, [{"id": v, column: k, **values} for k, v in made.items()])
    return found | made


def write_grades(
    connection: Connection, known: AssignmentCells, books: Mapping[str, str], batch: Sequence[Work]
) -> None:
    """Enter the points of the checks, and which cells wait for a person."""
    old = _rows(connection, GRADES, books)
    wanted = {}
    for work in batch:
        points = _points(known, work)
        for cell, name in known.graded.items():
            key = (books[work.attempt.student], cell)
            waits = _waits(work, name, points[name], old.get(key))
            wanted[key] = {"auto_score": points[name], "needs_manual_grade": waits}
    _write(connection, GRADES, old, wanted)


def write_comments(
    connection: Connection, known: AssignmentCells, books: Mapping[str, str], batch: Sequence[Work]
) -> None:
    """Say below every answer that is as released that there is no response."""
    wanted = {}
    for work in batch:
        for cell, name in known.answers.items():
            comment = NO_RESPONSE if name in work.now.untouched else None
            wanted[books[work.attempt.student], cell] = {"auto_comment": comment}
    _write(connection, COMMENTS, _rows(connection, COMMENTS, books), wanted)


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


def _waits(work: Work, name: str, points: float | None, old: Row | None) -> bool:
    """Whether a cell waits for a person."""
    if old is None or (points is not None and old.manual_score is None):
        return points is None
    if name in work.now.written:
        return old.needs_manual_grade or work.text_changed(name)
    return old.needs_manual_grade or old.auto_score != points


def _rows(connection: Connection, table: Table, books: Mapping[str, str]) -> dict[tuple, Row]:
    """The rows of these submitted notebooks, by notebook and cell."""
    query = select(table).where(table.c.notebook_id.in_(books.values()))
    # A person who marks one of them meanwhile waits for the end of this transaction.
    found = connection.execute(query.with_for_update())
    return {(row.notebook_id, row.cell_id): row for row in found}


def _write(connection: Connection, table: Table, old: Mapping, wanted: Mapping) -> None:
    """Insert what is new and update what is different; both have the same columns throughout."""
    new = [(key, values) for key, values in wanted.items() if key not in old]
    _insert(
        connection,
        table,
        [{"id": uuid4().hex, "notebook_id": k[0], "cell_id": k[1], **v} for k, v in new],
    )
    changed = [
        {"key": old[key].id, **{f"new_{name}": value for name, value in values.items()}}
        for key, values in wanted.items()
        if key in old and any(getattr(old[key], n) != v for n, v in values.items())
    ]
    if changed:
        columns = [name.removeprefix("new_") for name in changed[0] if name != "key"]
        command = table.update().where(table.c.id == bindparam("key"))
        command = command.values({name: bindparam(f"new_{name}") for name in columns})
        connection.execute(command, changed)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)
