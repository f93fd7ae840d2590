"""A course with attempts made by hand, for the tests of pages and reports: nothing is graded.

`MadeCourse(folder, source)` releases an assignment; `add(student, ...)` puts a submission, an
attempt and a graded notebook where the engine puts them; leaving `with` enters the marks.
"""

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import nbformat
from nbformat import NotebookNode

from grader import fingerprint, release, roster
from grader.attempt import Attempt, CellResult, CheckResult
from grader.authoring.assignment import cells, grade_id, read
from grader.authoring.trial import Outcome
from grader.authoring.variants import submission
from grader.course import Course
from grader.gradebook import GradebookWriter
from grader.journal import Collected, Journal

DUE = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"


def copy_assignment(source: Path, root: Path) -> None:
    """The assignment of `source` alone in the folder `root`, with links to all else."""
    course, name = source.parents[2], source.stem
    for folder in ("solutions", "exercises"):
        shutil.copytree(course / folder / name, root / folder / name)
    for entry in course.iterdir():
        library = (entry / "__init__.py").exists() and entry.name not in ("grader", "tools")
        if library or entry.name == "data":
            (root / entry.name).symlink_to(entry)


def failed(check: NotebookNode, message: str = "", **rest: object) -> CheckResult:
    """The result of a check cell that fails with `message`."""
    result = CheckResult(check.id, check.metadata.nbgrader.points, 0.0, "failed", "AssertionError")
    result.message = message
    for name, value in rest.items():
        setattr(result, name, value)
    return result


def result(outcome: Outcome) -> CheckResult:
    """What the trial of a check says, as the engine says it."""
    check = CheckResult(outcome.check, outcome.points, outcome.earned)
    if outcome.message:
        check.error, check.message = outcome.message.split(": ", 1)
        check.status = "failed" if check.error == "AssertionError" else "error"
    return check


class MadeCourse:
    """A course in the folder `root` while attempts are put into it."""

    def __init__(self, root: Path, source: Path, students: dict[str, str]) -> None:
        copy_assignment(source, root)
        self.course = Course.here()  # MINILLM_COURSE names `root`
        self.name = source.stem
        self.source = self.course.source(self.name)
        self.solution = read(self.source)
        with open(root / "class.csv", "w", encoding="utf-8", newline="") as file:
            rows = [[student, name, f"{student}@example.org"] for student, name in students.items()]
            csv.writer(file).writerows([["id", "name", "email"], *rows])
        roster.register(self.course, root / "class.csv")
        release.release(self.course, self.name, DUE)
        self._journal = Journal(self.course, self.name)

    def __enter__(self) -> Self:
        """Open the journal."""
        self._journal.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Enter what is new into the gradebook and close the journal."""
        GradebookWriter(self.course, self._journal).catch_up()
        self._journal.__exit__()

    def add(
        self,
        student: str,
        notebook: NotebookNode | None = None,
        checks: list[CheckResult] | None = None,
        *,
        late: timedelta = timedelta(hours=-1),
        **rest: object,
    ) -> Attempt:
        """One graded submission: the solution's, unless said otherwise; `checks` that differ."""
        notebook = notebook or submission(self.source)
        differing = {check.id: check for check in checks or []}
        results = [differing.get(c.id) or self.passed(c) for c in cells(self.solution, "check")]
        data = json.dumps([student, notebook])
        handed_in = (DUE + late).replace(tzinfo=None).isoformat()
        texts = {grade_id(c): c.source for c in cells(notebook, "written")}
        written = {name: fingerprint.of(text.encode()) for name, text in texts.items()}
        collected = Collected(student, submission=fingerprint.of(data.encode()))
        collected.handed_in, collected.written = handed_in, written
        number = len(self._journal.attempts(student)) + 1
        attempt = Attempt(self.name, student, number, checks=results, **rest)
        attempt.submission = collected.submission
        self._journal.append(collected)
        self._journal.append(attempt)
        self.write_graded(student, notebook, attempt)
        return attempt

    def add_broken(self, student: str, reason: str) -> None:
        """A submission that could not be read."""
        self._journal.append(Collected(student, "broken", reason))

    def passed(self, check: NotebookNode) -> CheckResult:
        """The result of a check cell that passes."""
        points = float(check.metadata.nbgrader.points)
        return CheckResult(check.id, points, points)

    def write_graded(self, student: str, notebook: NotebookNode, attempt: Attempt) -> None:
        """The graded notebook: the submission with the source's checks and their errors."""
        source = {c.id: c.source for c in cells(self.solution, "check")}
        errors = {c.id: c for c in [*attempt.checks, *attempt.cells] if c.status != "passed"}
        graded = nbformat.from_dict(json.loads(json.dumps(notebook)))
        for index, cell in enumerate(graded.cells):
            cell.source = source.get(cell.id, cell.source)
            if cell.cell_type == "code":
                cell.execution_count = index
                if cell.id in errors:
                    cell.outputs = [*cell.outputs, *_error(index, errors[cell.id])]
        folder = self.course.private("autograded", student, self.name)
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(graded, folder / f"{self.name}.ipynb")


def _error(count: int, met: CheckResult | CellResult) -> list[NotebookNode]:
    if not met.error:
        return []
    trace = [f"Cell In[{count}], line {met.line}\n", f"{met.error}: {met.message}"]
    return [nbformat.v4.new_output("error", ename=met.error, evalue=met.message, traceback=trace)]
