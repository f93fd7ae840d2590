"""A worker that makes attempts up, as many a second as one can take: for a look at all the rest.

What a student gets depends on their id and on the number of the attempt alone; it takes
CANNED_SECONDS (0) of sleep. The graded notebook is written as the engine writes it. A student
whose id begins with `broken` cannot be graded.
"""

import copy
import hashlib
import json
import os
import random
import time
from datetime import UTC, datetime

import nbformat
from nbformat import NotebookNode

from grader import fingerprint
from grader.attempt import Attempt, CellResult, CheckResult, Job, Limits
from grader.authoring.assignment import cells, kind
from grader.course import Course

ERRORS = ("AssertionError", "incorrect: two times two is not five")


class CannedWorker:
    """Makes attempts at one assignment up."""

    layers = ("canned",)

    def __init__(
        self, course: Course, assignment: str, limits: Limits, unsafe: bool = False
    ) -> None:
        self.course, self.assignment, self.limits = course, assignment, limits
        self.seconds = float(os.environ.get("CANNED_SECONDS") or 0)
        self.source = nbformat.read(course.built_source(assignment), as_version=4)
        self.prints = fingerprint.source(course, assignment), fingerprint.environment()

    def grade(self, job: Job, into: str = "autograded") -> Attempt:
        """An attempt, and its notebook in gradebook/`into`."""
        time.sleep(self.seconds)
        chance = random.Random(f"{job.student} {job.number}")
        checks = [_check(cell, chance) for cell in cells(self.source, "check")]
        answers = [CellResult(cell.id, seconds=0.001) for cell in cells(self.source, "answer")]
        attempt = Attempt(
            job.assignment,
            job.student,
            job.number,
            checks=checks,
            cells=answers,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=0.05,
            submission=job.submission,
            source=self.prints[0],
            environment=self.prints[1],
            seed=int(hashlib.sha256(job.student.encode()).hexdigest()[:8], 16),
            limits=self.limits,
            layers=list(self.layers),
            worker=f"canned:{os.getpid()}",
        )
        if job.student.startswith("broken"):
            attempt.status, attempt.reason, attempt.checks = "broken", "it was made so", []
        else:
            self._write(job, attempt, into)
        return attempt

    def _write(self, job: Job, attempt: Attempt, into: str) -> None:
        results = {check.id: check for check in attempt.checks}
        notebook = copy.copy(self.source)
        notebook.cells = [_with_output(cell, results) for cell in self.source.cells]
        folder = self.course.private(into, job.student, job.assignment)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "part"
        part.write_text(json.dumps(notebook), encoding="utf-8")
        part.replace(folder / f"{job.assignment}.ipynb")

    def close(self) -> None:
        """Nothing to end."""


def _check(cell: NotebookNode, chance: random.Random) -> CheckResult:
    points = float(cell.metadata.nbgrader.points)
    passed = chance.random() < 0.7
    if passed:
        return CheckResult(cell.id, points, points, seconds=0.002)
    error, message = ERRORS
    return CheckResult(cell.id, points, 0.0, "failed", error, message, line=1, seconds=0.002)


def _with_output(cell: NotebookNode, results: dict[str, CheckResult]) -> NotebookNode:
    """The cell as it is, or with the error of a check that failed."""
    result = results.get(cell.id)
    if kind(cell) != "check" or result is None or result.status == "passed":
        return cell
    shown = NotebookNode(copy.copy(dict(cell)))
    error = {"ename": result.error, "evalue": result.message}
    trace = [f"{result.error}: {result.message}"]
    shown.outputs = [nbformat.v4.new_output("error", **error, traceback=trace)]
    return shown
