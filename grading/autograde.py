"""Grade the collected submissions of an assignment with the stock nbgrader, each by itself."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from grading import collect, pool, records
from grading.course import Course
from grading.records import Record
from tools.weave import withheld_modules

WITHHOLD = Path(__file__).parent / "withhold"
TRIES = 3  # for a gradebook that another grader has locked
FAULTS = {  # what a traceback names: what the student reads
    "DeadKernelError": "the Python process of the notebook died: was it ended, or out of memory?",
    "UnresponsiveKernelError": "a cell hung and could not be interrupted: an endless loop?",
    "CellTimeoutError": "a cell hung and could not be interrupted: an endless loop?",
    "FileNotFoundError": "its files were gone after it ran: does a cell delete the folder?",
}


def autograde(
    course: Course, assignment: str, jobs: int = 2, limit_s: float = 300, again: bool = False
) -> Iterator[Record]:
    """Grade every submission that is new or changed, or all of them; yields records as they end."""
    todo = {record.student: record for record in _pending(course, assignment, again)}
    rows = [(student, assignment) for student in todo]
    for result in pool.run(grade_one, rows, jobs, limit_s, course.private("log.txt")):
        record = todo[result.student]
        fault, late, notes = result.value or (result.fault, 0.0, [])
        record.status, record.reason = ("broken", fault) if fault else ("graded", "")
        record.seconds, record.seconds_late = round(result.seconds, 2), late
        record.notes = [note for note in record.notes if note not in notes] + notes
        record.digest = collect.digest(course, assignment, record.student)
        records.save(course, record)
        yield record


def _pending(course: Course, assignment: str, again: bool) -> Iterator[Record]:
    for record in records.load(course, assignment):
        if record.digest:  # else it was broken before nbgrader could see it
            digest = collect.digest(course, assignment, record.student)
            if again or record.status == "collected" or record.digest != digest:
                yield record


def grade_one(student: str, assignment: str) -> tuple[str, float, list[str]]:
    """Autograde one submission; returns a fault or "", the seconds that it is late, and notes."""
    course = Course.here()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.update(_kernel_environment(course, assignment, scratch))
        for _ in range(TRIES):
            result = course.api().autograde(assignment, student, force=True, create=True)
            if result["success"] or "database is locked" not in str(result):
                break
    if not result["success"]:
        return _fault(result), 0.0, []
    with course.gradebook() as gradebook:
        late = gradebook.find_submission(assignment, student).total_seconds_late
    return "", late, _timeouts(course, assignment, student)


def _kernel_environment(course: Course, assignment: str, scratch: str) -> dict[str, str]:
    """What the student's Python process sees: no answers, no instructor's start-up files."""
    paths = [str(WITHHOLD), str(course.root), os.environ.get("PYTHONPATH", "")]
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "MINILLM_WITHHELD": ",".join(withheld_modules(course.source(assignment))),
        "IPYTHONDIR": scratch,
        "OMP_NUM_THREADS": "1",  # as many graders as cores, one thread each
        "OPENBLAS_NUM_THREADS": "1",
    }


def _fault(result: dict) -> str:
    text = f"{result.get('log', '')}\n{result.get('error', '')}"
    for name, reason in FAULTS.items():
        if name in text:
            return reason
    lines = [line for line in result.get("log", "").split("\n") if "Error:" in line]
    return f"nbgrader could not grade it: {lines[-1].strip() if lines else text[-500:]}"


def _timeouts(course: Course, assignment: str, student: str) -> list[str]:
    """A note for every cell that ran too long."""
    path = course.private("autograded", student, assignment, f"{assignment}.ipynb")
    notebook = nbformat.read(path, as_version=4)
    slow = [
        cell.id
        for cell in notebook.cells
        if any(output.get("ename") == "CellTimeoutError" for output in cell.get("outputs", []))
    ]
    limit = course.config().Execute.timeout
    return [f"cell {name} ran for more than {limit} s and was stopped" for name in slow]
