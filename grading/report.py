"""What an instructor reads when a class has been graded."""

from statistics import mean, median

from grading import records
from grading.course import Course
from grading.export import Mark, marks, safe


def report(course: Course, assignment: str) -> str:
    """Counts, then who is late, broken or missing and why, then what was put right."""
    all_marks = marks(course, assignment)
    graded = [mark for mark in all_marks if mark.status == "graded"]
    parts = [
        _summary(assignment, all_marks, graded),
        _section("Late", [(m, _hours(m.seconds_late)) for m in graded if m.seconds_late]),
        _section("Broken", [(m, m.reason) for m in all_marks if m.status == "broken"]),
        _section("Not handed in", [(m, "") for m in all_marks if m.status == "missing"]),
        _by_hand(graded),
        _notes(course, assignment, all_marks),
    ]
    return "\n\n".join(part for part in parts if part)


def _summary(assignment: str, all_marks: list[Mark], graded: list[Mark]) -> str:
    text = f"{assignment}: {len(graded)} of {len(all_marks)} students graded"
    if graded:
        points = [mark.points for mark in graded]
        text += f"; mean {mean(points):.1f}, median {median(points):g} of {graded[0].maximum:g}"
        text += ", without what waits to be marked by hand" * any(mark.by_hand for mark in graded)
    return text


def _section(title: str, lines: list[tuple[Mark, str]]) -> str:
    if not lines:
        return ""
    width = max(len(mark.student.id) for mark, _ in lines)
    rows = [f"  {m.student.id:{width}}  {safe(m.student.name)}  {text}" for m, text in lines]
    return "\n".join([f"{title}: {len(lines)}", *(row.rstrip() for row in rows)])


def _notes(course: Course, assignment: str, all_marks: list[Mark]) -> str:
    notes = {r.student: "; ".join(r.notes) for r in records.load(course, assignment)}
    lines = [(m, notes[m.student.id]) for m in all_marks if notes.get(m.student.id)]
    return _section("Notes", lines)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"


def _by_hand(graded: list[Mark]) -> str:
    waiting = [mark.student.id for mark in graded if mark.by_hand]
    if not waiting:
        return ""
    count = sum(mark.by_hand for mark in graded)
    return (
        f"Written answers to mark by hand (nbgrader's formgrader): {count}\n  {' '.join(waiting)}"
    )
