"""What a feedback page shows, and its HTML: one file without script and without another host.

A `Page` is made of a graded notebook, the gradebook's scores and what may be told of each check.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup
from nbformat import NotebookNode

from grader import markup
from grader.authoring.assignment import grade_id, kind
from grader.course import Course
from grader.marks import Score, decimal
from grader.release import versions
from grader.verdict import named, shortened

LONGEST_OUTPUT = 10_000  # characters
PICTURES = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass
class Output:
    """What a cell printed, showed or raised."""

    kind: str  # "stream", "result" or "error"
    text: str
    picture: str = ""  # as a data: address


@dataclass
class PageCell:
    """One cell of a page."""

    id: str
    kind: str  # "text", "given", "answer", "check", "written" or "own"
    html: Markup
    is_code: bool
    maximum: float = 0.0
    score: Score | None = None
    why: str = ""
    outputs: list[Output] = field(default_factory=list)
    comment: str = ""  # safe HTML

    @property
    def state(self) -> str:
        """Whether points are full or lost, or wait for a person; "" for a cell without."""
        if not self.maximum or not self.score:
            return ""
        if self.score.waits:
            return "waits"
        return "full" if self.score.points >= self.maximum else "lost"

    @property
    def points(self) -> str:
        """The points in words."""
        earned = (
            decimal(self.score.points) if self.score and not self.score.waits else "\N{EN DASH}"
        )
        return f"{earned} of {decimal(self.maximum)}"


@dataclass
class Page:
    """A feedback page."""

    assignment: str
    reason: str = ""  # why the submission is broken
    notes: list[str] = field(default_factory=list)
    seconds_late: float = 0.0
    penalty: float = 0.0
    cells: list[PageCell] = field(default_factory=list)

    @property
    def late(self) -> str:
        """How late it came, in words; "" for in time."""
        if not self.seconds_late:
            return ""
        hours = self.seconds_late / 3600
        return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"

    @property
    def graded(self) -> list[PageCell]:
        """The cells that have points."""
        return [cell for cell in self.cells if cell.maximum]

    @property
    def points(self) -> float:
        """The points of the submission, without what waits."""
        earned = sum(cell.score.points for cell in self.graded if cell.score)
        return max(0.0, earned - self.penalty)

    @property
    def maximum(self) -> float:
        """The points that can be had."""
        return sum(cell.maximum for cell in self.cells)

    @property
    def waiting(self) -> float:
        """The points that wait for a person."""
        return sum(cell.maximum for cell in self.cells if cell.state == "waits")

    @property
    def html(self) -> str:
        """The page."""
        return template().render(page=self, style=style())


@cache
def template() -> Template:
    """The template of pages."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters["decimal"] = decimal
    return environment.get_template("feedback.html.j2")


@cache
def style() -> Markup:
    """The style sheet of a page and of the code on it."""
    text = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    return Markup(f"{text}{markup.code_style()}\n")


def released_texts(course: Course, assignment: str) -> set[str]:
    """The texts of the releases' free cells; any other free cell is the student's own."""
    releases = versions(course, assignment)
    return {cell.source for each in releases for cell in each.cells if not grade_id(cell)}


def page_cells(
    notebook: NotebookNode, released: set[str], scores: dict[str, Score], why: dict[str, str]
) -> Iterator[PageCell]:
    """The cells of a graded notebook from which hidden checks are gone.

    `released` is what `released_texts` gives. `scores` and `why` are by id: what the gradebook
    holds, and why points are lost.
    """
    for cell in notebook.cells:
        name = grade_id(cell) or ""
        what = kind(cell) or ("own" if cell.source not in released else "text")
        shown = PageCell(name, what, _html(cell, what), cell.cell_type == "code")
        score = scores.get(name, Score(waits=what == "written"))
        shown.comment = Markup(markup.students_text(score.comment)) if score.comment else ""
        if what in ("check", "written"):
            shown.maximum = float(cell.metadata.nbgrader.points)
            shown.score, shown.why = score, why.get(name, "") or _by_whom(score)
        if what in ("answer", "own", "check"):
            # Why a check failed is told above: its error may show more than a student may read.
            shown.outputs = [o for o in _outputs(cell) if what != "check" or o.kind != "error"]
        yield shown


def _by_whom(score: Score) -> str:
    if score.waits:
        return "waits to be marked by a person"
    return "marked by a person" if score.by_hand else ""


def _html(cell: NotebookNode, what: str) -> Markup:
    if cell.cell_type == "code":
        return Markup(markup.code(cell.source))
    own = what in ("written", "own") or cell.cell_type != "markdown"
    return Markup((markup.students_text if own else markup.authors_text)(cell.source))


def _outputs(cell: NotebookNode) -> Iterator[Output]:
    """The outputs of a cell, as text and pictures."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            yield Output("error", shortened(named(output.ename, output.evalue), LONGEST_OUTPUT))
        elif output.output_type == "stream":
            yield Output("stream", shortened(output.text, LONGEST_OUTPUT))
        else:
            yield from _result(output.get("data", {}))


def _result(data: NotebookNode) -> Iterator[Output]:
    for form in PICTURES:
        picture = "".join(data.get(form, "").split())
        if picture and BASE64.fullmatch(picture):
            yield Output("result", "", f"data:{form};base64,{picture}")
            return
    if "text/plain" in data:
        yield Output("result", shortened(data["text/plain"], LONGEST_OUTPUT))
