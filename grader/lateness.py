"""When submissions came in, how late that is, and what it costs.

nbgrader computes lateness from the due date and a student's extension whenever it is asked, but
sets a penalty only while it grades. Here both follow a due date that is set or changed later.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from traitlets import Unicode, validate

from grader import roster
from grader.course import Course
from grader.database import Database
from grader.journal import Journal
from grader.states import Collected

RULE = re.compile(
    r"none|(?:zero|(?P<amount>\d+(?:\.\d+)?) ?(?P<unit>%|points?) (?:a|per) day)"
    r"(?:, (?P<grace>\d+) ?(?P<of>min|h|d)\w* grace)?"
)
MOMENT = timedelta(seconds=1)  # what a submission is late of which only that is known
DAY, MINUTES = 86_400, {"min": 60, "h": 3_600, "d": 86_400}


class LatePolicy(LateSubmissionPlugin):
    """What a late submission loses, in one setting: `LatePolicy.rule`."""

    rule = Unicode(
        "none",
        help='"none", "zero", "10% a day" of what it earned, "5 points a day"; each with a time '
        'that costs nothing: "10% a day, 30 min grace". A day that has begun counts.',
    ).tag(config=True)

    @validate("rule")
    def _check(self, proposal: dict[str, Any]) -> str:
        if not RULE.fullmatch(proposal["value"]):
            raise ValueError(
                f"LatePolicy.rule {proposal['value']!r} is not {self.traits()['rule'].help}"
            )
        return proposal["value"]

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points that a submission loses; None: nothing."""
        rule = RULE.fullmatch(self.rule)
        if not rule or self.rule == "none":  # nbgrader's own setting, `penalty_method`
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        if total_seconds_late <= int(rule["grace"] or 0) * MINUTES[rule["of"] or "min"]:
            return None
        if not rule["amount"]:
            return score
        each = float(rule["amount"]) * (score / 100 if rule["unit"] == "%" else 1)
        return each * math.ceil(total_seconds_late / DAY)


def settle(course: Course, assignment: str) -> None:
    """Bring the times and the penalties of an assignment in line with its due date of today."""
    states = Journal(course, assignment).states().values()
    collected = [state.collected for state in states]
    Database(course).transaction(lambda c: write(c, course, assignment, collected))


def write(
    session: Session, course: Course, assignment: str, collected: Iterable[Collected]
) -> None:
    """Write when these submissions came in, the extensions of their students, the penalties."""
    plugin, extensions = _plugin(course), roster.extensions(course, assignment)
    came = {each.student: each for each in collected}
    for row in _submissions(session, assignment, list(came)):
        longer = row.extension
        if extensions is not None:
            longer = timedelta(seconds=extensions.get(row.student, 0.0)) or None
        time = _time(came[row.student], row.due, longer)
        values = {"timestamp": time, "extension": longer}
        if values != {"timestamp": row.time, "extension": row.extension}:
            _update(session, SubmittedAssignment, row.submission, values)
        penalty = _penalty(plugin, row, time, longer)
        if penalty != row.penalty:
            _update(session, SubmittedNotebook, row.book, {"late_submission_penalty": penalty})


def _time(came: Collected, due: datetime | None, longer: timedelta | None) -> datetime | None:
    """When it was handed in; None where nobody says."""
    if came.handed_in:
        return datetime.fromisoformat(came.handed_in)
    return due + MOMENT if came.late and due and not longer else None


def _submissions(session: Session, assignment: str, students: Sequence[str]) -> Sequence[Any]:
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
        .where(Assignment.name == assignment, SubmittedAssignment.student_id.in_(students))
        .group_by(SubmittedAssignment.id, Assignment.id, SubmittedNotebook.id)
    )
    return session.execute(query).all()


def _plugin(course: Course) -> LateSubmissionPlugin:
    """The course's plugin, as nbgrader_config.py names it."""
    step = AssignLatePenalties(config=course.config())
    step.init_plugin()
    return step.plugin_inst


def _penalty(
    plugin: LateSubmissionPlugin, row: Any, time: datetime | None, longer: timedelta | None
) -> float | None:
    """What the plugin takes from the score, not more than there is; None: nothing."""
    if time is None or row.due is None:
        return None
    seconds = (time - row.due - (longer or timedelta())).total_seconds()
    penalty = (
        plugin.late_submission_penalty(row.student, row.score, seconds) if seconds > 0 else None
    )
    return None if penalty is None else min(max(penalty, 0.0), row.score)


def _update(session: Session, model: Any, key: str, values: dict[str, Any]) -> None:
    session.execute(update(model).where(model.id == key).values(values))
