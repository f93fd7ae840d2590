"""The one writer of nbgrader's gradebook: what the checks earned, as stock autograding enters it.

A person's marks, extra credit and comments are never touched. As with stock nbgrader a written
answer that is still the release's text gets 0 points and waits for nobody; every other one waits
for a person. Beyond stock: one that was marked comes back to the list only when its text changed,
and a check whose points a person changed only when the check now says something else.

An attempt that is applied twice changes nothing the second time: after a crash between the commit
and the journal's line it is simply applied again. A broken attempt enters nothing.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Self

from nbgrader.api import Assignment, SubmittedAssignment
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader import lateness, rows
from grader.attempt import Attempt
from grader.course import Course, GradingError
from grader.database import PATIENCE_S, Database
from grader.journal import Journal

BATCH = 50  # submissions in one transaction


class GradebookWriter:
    """Enters attempts into the gradebook and writes down in the open journal that it did.

    Raises GradebookAway where the database stays away for `patience_s` seconds; everything that
    is not entered yet stays in the journal, for `catch_up`.
    """

    def __init__(
        self,
        course: Course,
        book: Journal,
        tell: Callable[[str], object] = print,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.course, self.book = course, book
        self.database = Database(course, tell, patience_s)
        self._waiting: list[Attempt] = []

    def __enter__(self) -> Self:
        """Nothing happens before the first attempt."""
        return self

    def __exit__(self, kind: type | None, *error: object) -> None:
        """Enter what waits, unless an error ends the work: the journal keeps it."""
        if kind is None:
            self.flush()

    def add(self, attempt: Attempt) -> None:
        """Enter an attempt that the journal has, with the next batch."""
        self._waiting.append(attempt)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Enter every attempt that waits, in one transaction."""
        if self._waiting:
            self.book.sync()
            newest = {attempt.student: attempt for attempt in self._waiting}
            batch = [self._work(each) for each in newest.values() if each.status == "graded"]
            known = self._cells
            self.database.transaction(lambda session: self._enter(session, known, batch))
            self.book.append_applied(self._waiting)
            self._waiting = []

    def catch_up(self) -> int:
        """Enter what the journal has and the gradebook lacks; returns how many attempts."""
        missing = {attempt.student: attempt for attempt in self.book.unapplied()}
        held = self.database.transaction(self._held)
        for student, state in self.book.states().items():
            lacks = state.applied and state.status == "graded" and student not in held
            if lacks and state.attempt:
                missing[student] = state.attempt
        for attempt in missing.values():
            self.add(attempt)
        self.flush()
        return sum(attempt.status == "graded" for attempt in missing.values())

    @cached_property
    def _cells(self) -> rows.AssignmentCells:
        known = self.database.transaction(lambda c: rows.cells(c, self.book.assignment))
        self.database.transaction(rows.index)
        return known

    def _held(self, session: Session) -> set[str]:
        query = select(SubmittedAssignment.student_id).join(Assignment)
        return set(session.scalars(query.where(Assignment.name == self.book.assignment)))

    def _work(self, attempt: Attempt) -> rows.Work:
        now = self.book.collected(attempt)
        if now is None:
            raise GradingError(
                f"{self.book.path}: no line says how the submission of {attempt.student} that was "
                "graded was collected: run `collect` and `regrade`"
            )
        return rows.Work(attempt, now, self.book.applied(attempt.student))

    def _enter(
        self, session: Session, known: rows.AssignmentCells, batch: Sequence[rows.Work]
    ) -> None:
        books = rows.submitted(session, known, [work.attempt.student for work in batch])
        rows.write_grades(session, known, books, batch)
        rows.write_comments(session, known, books, batch)
        lateness.write(session, self.course, self.book.assignment, [work.now for work in batch])
