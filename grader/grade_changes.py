"""Which grades a new attempt changes: what an instructor reads before a regrade is published."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.attempt import Attempt
from grader.marks import decimal

TOTAL = ""  # in the place of a check: the sum over all of them


@dataclass(frozen=True)
class Change:
    """Points that differ, of one check or of all (`check` is TOTAL). None: there are none."""

    student: str
    check: str
    before: float | None
    after: float | None


def changes(old: Mapping[str, Attempt | None], new: Iterable[Attempt]) -> list[Change]:
    """What the attempts `new` change against the attempts `old`, by student.

    Marks given by hand are no part of an attempt: they stay as they are.
    """
    return [
        change
        for attempt in sorted(new, key=lambda attempt: attempt.student)
        for change in _of_student(old.get(attempt.student), attempt)
    ]


def _of_student(old: Attempt | None, new: Attempt) -> Iterator[Change]:
    before, after = _points(old), _points(new)
    for check in dict.fromkeys([TOTAL, *before, *after]):
        if before.get(check) != after.get(check):
            yield Change(new.student, check, before.get(check), after.get(check))


def _points(attempt: Attempt | None) -> dict[str, float]:
    """Points by check and in all; nothing for no attempt and for a broken one."""
    if attempt is None or attempt.status != "graded":
        return {}
    return {TOTAL: attempt.earned} | {check.id: check.earned for check in attempt.checks}


def table(found: list[Change]) -> str:
    """The changes in words, a line for each student's total and below it the checks."""
    if not found:
        return "no grade changes"
    students = list(dict.fromkeys(change.student for change in found))
    lines = [f"{len(students)} {'student' if len(students) == 1 else 'students'}: grades change"]
    for student in students:
        mine = [change for change in found if change.student == student]
        total = [change for change in mine if change.check == TOTAL]
        lines.append(f"  {student}: {_arrow(total[0]) if total else 'the same in all'}")
        lines += [f"    {each.check}: {_arrow(each)}" for each in mine if each.check != TOTAL]
    return "\n".join(lines)


def _arrow(change: Change) -> str:
    before, after = (
        "no points" if points is None else decimal(points)
        for points in (change.before, change.after)
    )
    return f"{before} -> {after}"
