"""Marks as the gradebook and the journal hold them: of a whole class with one question each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Select, func, select

from grader import journal, roster
from grader.course import Course, not_released
from grader.journal import State
from grader.people import Member


@dataclass(frozen=True)
class Mark:
    """One student's mark."""

    student: Member
    points: float | None  # None: broken or not handed in
    maximum: float
    status: str  # "graded", "waiting" (to be graded), "broken" or "missing"
    seconds_late: float = 0.0
    late: bool = False  # also where nobody says by how much
    by_hand: int = 0  # written answers that nobody has marked yet
    reason: str = ""

    @property
    def text(self) -> str:
        """The points as they stand in a file, at most two decimals; "" for no mark."""
        return "" if self.points is None else decimal(self.points)

    @property
    def lateness(self) -> str:
        """How late it came, in hours or as "late"; "" for in time."""
        if self.seconds_late > 1:
            return f"{self.seconds_late / 3600:.1f}"
        return "late" if self.late or self.seconds_late else ""


@dataclass(frozen=True)
class Total:
    """What the gradebook holds of one submission."""

    points: float  # without the penalty
    waiting: int
    penalty: float
    seconds_late: float


@dataclass
class Score:
    """What the gradebook holds of one cell of a submission."""

    points: float = 0.0
    waits: bool = False  # for a person
    by_hand: bool = False  # a person gave the points
    comment: str = ""


def decimal(points: float) -> str:
    """Points with at most two decimals: 2.5, 3."""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def marks(course: Course, assignment: str, states: Mapping[str, State] | None = None) -> list[Mark]:
    """The mark of every student on the class list; `states` are the journal's, where known."""
    states = journal.latest(course, assignment) if states is None else states
    students = roster.students(course)
    with course.gradebook() as gradebook:
        try:
            maximum = gradebook.find_assignment(assignment).max_score
        except MissingEntry:
            raise not_released(assignment) from None
        found = totals(gradebook, assignment)
    return [_mark(s, maximum, states.get(s.id), found.get(s.id)) for s in students]


def _mark(student: Member, maximum: float, state: State | None, total: Total | None) -> Mark:
    if state is None:
        return Mark(student, None, maximum, "missing")
    if state.status == "graded" and total:
        points = max(0.0, total.points - total.penalty)
        late = bool(state.collected.late) and not state.collected.handed_in
        return Mark(student, points, maximum, "graded", total.seconds_late, late, total.waiting)
    if state.status == "broken":
        return Mark(student, None, maximum, "broken", reason=state.reason)
    return Mark(student, None, maximum, "waiting", reason="not graded yet")


def totals(
    gradebook: Gradebook, assignment: str, students: Iterable[str] | None = None
) -> dict[str, Total]:
    """Points, penalty and lateness of every submission, or of those of `students`, by student."""
    query = _submitted(
        assignment,
        SubmittedAssignment.student_id,
        func.sum(Grade.score),
        func.count().filter(Grade.needs_manual_grade),
        func.max(SubmittedNotebook.late_submission_penalty),
        SubmittedAssignment.timestamp,
        SubmittedAssignment.extension,
        Assignment.duedate,
    ).group_by(SubmittedAssignment.id, Assignment.duedate)
    if students is not None:
        query = query.where(SubmittedAssignment.student_id.in_(students))
    return {
        student: Total(points or 0.0, waiting, penalty or 0.0, _late(*times))
        for student, points, waiting, penalty, *times in gradebook.db.execute(query)
    }


def scores(
    gradebook: Gradebook, assignment: str, students: Iterable[str]
) -> dict[str, dict[str, Score]]:
    """The score of every graded or commented cell, by student and by the cell's id."""
    found: dict[str, dict[str, Score]] = {student: {} for student in students}
    what = (Grade.score, Grade.needs_manual_grade, Grade.manual_score)
    query = _submitted(assignment, SubmittedAssignment.student_id, BaseCell.name, *what)
    query = query.join(BaseCell, Grade.cell_id == BaseCell.id)
    query = query.where(SubmittedAssignment.student_id.in_(found))
    for student, cell, points, waits, manual in gradebook.db.execute(query):
        found[student][cell] = Score(points, waits, manual is not None)
    for student, cell, comment in gradebook.db.execute(_comments(assignment, found)):
        found[student].setdefault(cell, Score()).comment = comment or ""
    return found


def _submitted(assignment: str, *columns: Any) -> Select:
    """A query for all grades of an assignment."""
    return (
        select(*columns)
        .select_from(SubmittedAssignment)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(Assignment.name == assignment)
    )


def _comments(assignment: str, students: Iterable[str]) -> Select:
    return (
        select(SubmittedAssignment.student_id, BaseCell.name, Comment.comment)
        .select_from(Comment)
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment, SubmittedAssignment.student_id.in_(students))
    )


def _late(handed_in: Any, extension: Any, due: Any) -> float:
    """Seconds after the due date, with the student's extension."""
    if handed_in is None or due is None:
        return 0.0
    late = handed_in - due - extension if extension else handed_in - due
    return max(0.0, late.total_seconds())
