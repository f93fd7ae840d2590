"""Write the feedback pages: a student's work and marks, of hidden checks only their messages.

A page comes from three things: the journal says how each check ended, the gradebook what it is
worth (points and comments given by hand included), the graded notebook what the student wrote.
`verdict.py` decides which words about a check may be told, `page` what a page looks like.
"""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

import nbformat
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException

from grader import journal
from grader.attempt import Attempt, CellResult, CheckResult
from grader.authoring.assignment import cells, grade_id, problem, read
from grader.authoring.rules import hidden_numbers, without_hidden
from grader.course import Course, write
from grader.journal import State
from grader.marks import Score, Total, scores, totals
from grader.page.model import Output, Page, PageCell, page_cells, released_texts
from grader.verdict import CUT_OFF, Message, messages, stopped_cells, told

MOODLE_NAME = re.compile(r".*_\d+_assignsubmission_[a-z]+")
CANVAS_NAME = re.compile(r"[^_]*(?:_LATE)?_\d+_\d+_")
AT_ONCE = 200  # students whose scores are asked for with one question


@dataclass
class Written:
    """What became of one student's page."""

    student: str
    path: Path
    changed: bool = False  # else the page was as it is already
    fault: str = ""  # why there is no new page


@dataclass(frozen=True)
class PageContext:
    """What all pages of an assignment share."""

    course: Course
    assignment: str
    released: set[str]
    messages: list[Message]
    checks: dict[str, str]  # source by id

    @classmethod
    def of(cls, course: Course, assignment: str) -> "PageContext":
        """What the pages of `assignment` share."""
        source = read(course.source(assignment))
        checks = {cell.id: cell.source for cell in cells(source, "check")}
        released = released_texts(course, assignment)
        return cls(course, assignment, released, messages(source), checks)


def feedback(
    course: Course, assignment: str, students: Collection[str] | None = None
) -> Iterator[Written]:
    """Write the page of every submission, or of those of `students`, to `gradebook/feedback`."""
    states = journal.latest(course, assignment)
    done = [s for s in states.values() if s.status != "collected"]
    chosen = [s for s in done if students is None or s.student in students]
    shared = PageContext.of(course, assignment)
    with course.gradebook() as gradebook:
        for start in range(0, len(chosen), AT_ONCE):
            yield from _batch(shared, gradebook, chosen[start : start + AT_ONCE])


def _batch(shared: PageContext, gradebook: Gradebook, states: list[State]) -> Iterator[Written]:
    students = [state.student for state in states]
    points = scores(gradebook, shared.assignment, students)
    all_totals = totals(gradebook, shared.assignment, students)
    for state in states:
        name = state.student
        written = Written(name, page_path(shared.course, shared.assignment, name))
        try:
            page = _page(shared, state, points[name], all_totals.get(name))
            written.changed = write(written.path, page.html)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            written.fault = f"{type(error).__name__}: {error}"
        yield written


class FeedbackPage(Exporter):
    """Lets nbgrader's own command and formgrader's button write the very same page."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(  # type: ignore[override]  # a page is text
        self, nb: NotebookNode, resources: dict | None = None, **rest: object
    ) -> tuple[str, dict]:
        """The page of the submission that `resources` names, and the resources."""
        _, resources = super().from_notebook_node(nb, resources, **rest)
        assignment, student = (resources["nbgrader"][name] for name in ("assignment", "student"))
        for written in feedback(Course.here(), assignment, [student]):
            if not written.fault:
                return written.path.read_text(encoding="utf-8"), resources
            raise NbGraderException(written.fault)
        raise NbGraderException(f"the journal knows no graded submission of {student}")


def page_path(course: Course, assignment: str, student: str) -> Path:
    """Where the page of a student lies."""
    return course.private("feedback", student, assignment, f"{assignment}.html")


def archives(course: Course, assignment: str) -> list[Path]:
    """Pack the pages as Canvas and Moodle take them back for a whole class.

    Each stands under the name that the submission had in their download.
    """
    packed: dict[str, dict[str, Path]] = {"canvas": {}, "moodle": {}}
    for student, state in journal.latest(course, assignment).items():
        name, page = state.collected.came_as, page_path(course, assignment, student)
        moodle, canvas = MOODLE_NAME.match(name), CANVAS_NAME.match(name)
        if page.is_file() and moodle:
            packed["moodle"][f"{moodle[0]}/{assignment}.html"] = page
        elif page.is_file() and canvas:
            packed["canvas"][f"{PurePath(name).stem}.html"] = page
    paths = []
    for system, pages in packed.items():
        if pages:
            paths.append(course.private("feedback", f"{assignment}-{system}.zip"))
            with zipfile.ZipFile(paths[-1], "w", zipfile.ZIP_DEFLATED) as archive:
                for name, page in sorted(pages.items()):
                    archive.write(page, name)
    return paths


def _page(shared: PageContext, state: State, points: dict[str, Score], total: Total | None) -> Page:
    """The page of one submission; ValueError where the gradebook lacks it."""
    if state.status == "broken" or not state.attempt:
        return Page(shared.assignment, reason=state.reason, notes=state.notes)
    if not total:
        raise ValueError("the gradebook does not hold its marks yet: run `grade` again")
    page = Page(shared.assignment, "", state.notes, total.seconds_late, total.penalty)
    page.cells = cells_of(shared, state.attempt, points)
    return page


def cells_of(shared: PageContext, attempt: Attempt, points: dict[str, Score]) -> list[PageCell]:
    """The cells that the page of an attempt shows."""
    name = shared.assignment
    path = shared.course.private("autograded", attempt.student, name, f"{name}.ipynb")
    notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        if shared.checks.get(grade_id(cell) or "") and hidden_numbers(cell.source):
            cell.source, cell.outputs = without_hidden(cell.source), []
    stopped = stopped_cells(attempt)
    why = {check.id: _why(shared, attempt, check, stopped) for check in attempt.checks}
    shown = list(page_cells(notebook, shared.released, points, why))
    for cell in shown:
        status = stopped[cell.id].status if cell.id in stopped else ""
        if status in CUT_OFF and not any(output.kind == "error" for output in cell.outputs):
            cell.outputs.append(Output("error", CUT_OFF[status].format(attempt.limits.cell_s)))
    return shown


def _why(
    shared: PageContext, attempt: Attempt, check: CheckResult, stopped: Mapping[str, CellResult]
) -> str:
    """Why a check lost its points."""
    source = shared.checks.get(check.id, "")
    seen = check.line and check.line not in hidden_numbers(source)
    line = source.split("\n")[check.line - 1] if seen else ""
    text = told(check, shared.messages, attempt.limits, line)
    if check.error == "NameError" and problem(check.id) in stopped:
        text += f"\nThe answer cell {problem(check.id)} did not run to its end: see below it."
    return text
