"""Feedback pages: a student's work and marks, and of hidden checks only their messages.

What a page hides is decided by `HideHiddenChecks` in preprocessors.py.
"""

import html
from collections.abc import Iterator

from grading import pool, records
from grading.course import Course

PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{reason}</p></html>
"""


def feedback(course: Course, assignment: str, jobs: int = 2, limit_s: float = 120) -> Iterator[str]:
    """Write a page for every submission in `gradebook/feedback`; yields faults by student."""
    all_records = records.load(course, assignment)
    for record in all_records:
        if record.status == "broken":
            _write_reason(course, record)
    rows = [(record.student, assignment) for record in all_records if record.status == "graded"]
    for result in pool.run(feedback_one, rows, jobs, limit_s, course.private("log.txt")):
        fault = result.fault or result.value
        if fault:
            yield f"{result.student}: {fault}"


def feedback_one(student: str, assignment: str) -> str:
    """Write one page; returns a fault or ""."""
    result = Course.here().api().generate_feedback(assignment, student, force=True)
    return "" if result["success"] else result.get("error", "")


def _write_reason(course: Course, record: records.Record) -> None:
    path = course.private(
        "feedback", record.student, record.assignment, f"{record.assignment}.html"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"{record.assignment}: your submission could not be graded"
    path.write_text(
        PAGE.format(title=html.escape(title), reason=html.escape(record.reason)), encoding="utf-8"
    )
