"""When submissions came in, how late that is, and what it costs.

nbgrader computes lateness from the due date (and a student's extension) whenever it is asked, but
sets a penalty only while it grades. Here both follow a due date that is set or changed later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection, bindparam, func, select

from grader.course import Course
from grader.database import Database
from grader.journal import Journal

HANDED_IN, BOOKS = SubmittedAssignment.__table__, SubmittedNotebook.__table__


def settle(course: Course, assignment: str) -> None:
    """Bring the times and the penalties of an assignment in line with its due date of today."""
    book = Journal(course, assignment)
    applied = {student: book.applied(student) for student in book.states()}
    times = {student: each.handed_in for student, each in applied.items() if each}
    Database(course).transaction(lambda c: write(c, course, assignment, times))


def write(
    connection: Connection,
    course: Course,
    assignment: str,
    times: Mapping[str, str],
    students: Sequence[str] | None = None,
) -> None:
    """Write the time (ISO 8601, UTC) of each student's submission, and the penalties.

    `students` says whose penalties; None: everybody's.
    """
    plugin = _plugin(course)
    moved, charged = {}, []
    for row in _submissions(connection, assignment, students):
        time = datetime.fromisoformat(times[row.student]) if times.get(row.student) else row.time
        if time != row.time:
            moved[row.submission] = time
        penalty = _penalty(plugin, row, time)
        if penalty != row.penalty:
            charged.append({"key": row.book, "value": penalty})
    _update(connection, HANDED_IN, "timestamp", [{"key": k, "value": v} for k, v in moved.items()])
    _update(connection, BOOKS, "late_submission_penalty", charged)


def _submissions(
    connection: Connection, assignment: str, students: Sequence[str] | None
) -> Sequence[Any]:
    """One row for each submitted notebook, with its score."""
    query = (
        select(
            SubmittedAssignment.id.label("submission"),
            SubmittedAssignment.student_id.label("student"),
            SubmittedAssignment.timestamp.label("time"),
            SubmittedAssignment.extension.label("extension"),
            Assignment.duedate.label("due"),
            SubmittedNotebook.id.label("book"),
            SubmittedNotebook.late_submission_penalty.label("penalty"),
            func.coalesce(func.sum(Grade.score), 0.0).label("score"),
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(Assignment.name == assignment)
        .group_by(SubmittedAssignment.id, Assignment.id, SubmittedNotebook.id)
    )
    if students is not None:
        query = query.where(SubmittedAssignment.student_id.in_(students))
    return connection.execute(query).all()


def _plugin(course: Course) -> LateSubmissionPlugin:
    """The course's plugin, as nbgrader_config.py names it."""
    step = AssignLatePenalties(config=course.config())
    step.init_plugin()
    return step.plugin_inst


def _penalty(plugin: LateSubmissionPlugin, row: Any, time: datetime | None) -> float | None:
    """What the plugin takes from the score, not more than there is; None: nothing."""
    if time is None or row.due is None:
        return None
    seconds = (time - row.due - (row.extension or timedelta())).total_seconds()
    penalty = (
        plugin.late_submission_penalty(row.student, row.score, seconds) if seconds > 0 else None
    )
    return None if penalty is None else min(max(penalty, 0.0), row.score)


def _update(connection: Connection, table: Any, column: str, values: list[dict[str, Any]]) -> None:
    if values:
        command = table.update().where(table.c.id == bindparam("key"))
        connection.execute(command.values({column: bindparam("value")}), values)
