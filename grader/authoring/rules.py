"""What must be true of a source and of what students get: each rule yields the faults it finds."""

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, kind, label, problem
from grader.authoring.split import SPLIT_RULES

TOTAL_POINTS = 100
MARK = re.compile(r"[ \t]*### (?P<edge>BEGIN|END) (?P<region>SOLUTION|HIDDEN TESTS)[ \t]*")
MARK_LIKE = re.compile(r"\b(BEGIN|END)[ _-]*(SOLUTION|HIDDEN[ _-]*TESTS?)\b", re.IGNORECASE)
VALID_ID = re.compile(r"[a-z][a-z0-9_-]*")
TELLING_LENGTH = 24  # shorter lines of an answer may well stand somewhere else


# Rules for a source: each yields one sentence for every fault.


def ids_are_valid(source: NotebookNode) -> Iterator[str]:
    """Ids are unique and nbgrader, file systems and grade books take them as they are."""
    seen = set()
    for cell in source.cells:
        if cell.id in seen:
            yield f"two cells have the id {cell.id!r}"
        if grade_id(cell) and not VALID_ID.fullmatch(cell.id):
            yield f"the id {cell.id!r} is not of small letters, digits, `_` and `-`"
        seen.add(cell.id)


def marks_are_well_formed(source: NotebookNode) -> Iterator[str]:
    """Regions open and close in turn, and nothing that looks like a mark is misspelled."""
    for cell in source.cells:
        open_region = None
        for line in cell.source.split("\n"):
            mark = MARK.fullmatch(line)
            if not mark:
                if MARK_LIKE.search(line):
                    yield f"{label(cell)}: malformed mark {line.strip()!r}"
            elif (mark["edge"] == "BEGIN") != (open_region is None):
                yield f"{label(cell)}: unexpected {line.strip()!r}"
            elif mark["edge"] == "END" and mark["region"] != open_region:
                yield f"{label(cell)}: {line.strip()!r} closes BEGIN {open_region}"
            else:
                open_region = mark["region"] if mark["edge"] == "BEGIN" else None
        if open_region:
            yield f"{label(cell)}: BEGIN {open_region} is never closed"


def marks_are_in_their_cells(source: NotebookNode) -> Iterator[str]:
    """Solutions stand in answer cells, which have an id, and hidden tests in check cells."""
    homes = {"SOLUTION": "answer", "HIDDEN TESTS": "check"}
    for cell in source.cells:
        for region, home in homes.items():
            if f"BEGIN {region}" in cell.source and kind(cell) != home:
                yield f"{label(cell)}: {region} marks outside a cell with `:{home}: id`"
    for cell in cells(source, "answer"):
        if "BEGIN SOLUTION" not in cell.source:
            yield f"{label(cell)}: an answer cell without solution marks"


def points_are_given(source: NotebookNode) -> Iterator[str]:
    """Checks and written answers have points, nothing else has, and they sum to TOTAL_POINTS."""
    total = 0.0
    for cell in source.cells:
        points = cell.metadata.get("nbgrader", {}).get("points")
        if kind(cell) not in ("check", "written"):
            if points is not None:
                yield f"{label(cell)}: points on a cell that is neither `check` nor `written`"
        elif not isinstance(points, int | float) or points <= 0:
            yield f"{label(cell)}: a {kind(cell)} cell without points"
        else:
            total += points
    if total != TOTAL_POINTS:
        yield f"the points sum to {total:g}, not to {TOTAL_POINTS}"


def checks_name_their_problem(source: NotebookNode) -> Iterator[str]:
    """A check's id begins with the id of an answer cell that stands above it."""
    answers = set()
    for cell in cells(source, "answer", "check"):
        if kind(cell) == "answer":
            answers.add(cell.id)
        elif problem(cell.id) not in answers:
            yield f"{label(cell)}: no answer cell {problem(cell.id)!r} above this check"


def checks_end_without_a_value(source: NotebookNode) -> Iterator[str]:
    """A check's last line is no expression: nbgrader would take its value for the points earned."""
    for cell in cells(source, "check"):
        try:
            statements = ast.parse(cell.source).body
        except SyntaxError as error:
            yield f"{label(cell)}: line {error.lineno} is not plain Python: {error.msg}"
            continue
        last = statements[-1] if statements else None
        called = getattr(getattr(getattr(last, "value", None), "func", None), "id", "")
        if isinstance(last, ast.Expr) and called != "print":
            yield f"{label(cell)}: ends with an expression, whose value would count as points"


SOURCE_RULES = [
    ids_are_valid,
    marks_are_well_formed,
    marks_are_in_their_cells,
    points_are_given,
    checks_name_their_problem,
    checks_end_without_a_value,
    *SPLIT_RULES,
]

# Rules for a release: nothing that students must not see.


def nothing_is_marked(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No solution or hidden-test mark is left, nor an option that the authors' tools read."""
    for cell in release.cells:
        if MARK_LIKE.search(str(cell)):
            yield f"{label(cell)}: a solution or hidden-test mark is released"


def nothing_is_executed(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No outputs and no execution counts."""
    for cell in release.cells:
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"{label(cell)}: has outputs"


def every_answer_is_a_stub(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """Every answer cell raises NotImplementedError."""
    for cell in cells(release, "answer"):
        if "raise NotImplementedError" not in cell.source:
            yield f"{label(cell)}: the stub does not raise NotImplementedError"


def every_check_says_something(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """A check whose lines are all hidden still has a visible comment that says what it is about."""
    for cell in cells(release, "check"):
        if not cell.source.strip():
            yield f"{label(cell)}: empty once the hidden tests are gone; begin with a comment"


def no_answer_is_shown(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No telling line of an answer and no assertion of a hidden check stands anywhere."""
    shown = {line.strip() for cell in release.cells for line in cell.source.split("\n")}
    for region, what in (("SOLUTION", "an answer"), ("HIDDEN TESTS", "a hidden check")):
        for cell in source.cells:
            for line in region_lines(cell.source, region):
                if line in shown and _is_telling(line, region):
                    yield f"{label(cell)}: a line of {what} is released: {line!r}"


def _is_telling(line: str, region: str) -> bool:
    if region == "HIDDEN TESTS":
        return line.startswith("assert")
    return len(line) >= TELLING_LENGTH and not line.startswith(("raise ", "import ", "from ", "#"))


def region_lines(text: str, region: str) -> list[str]:
    """The stripped lines of `text` between the marks of `region`."""
    inside, lines = False, []
    for line in text.split("\n"):
        mark = MARK.fullmatch(line)
        if mark and mark["region"] == region:
            inside = mark["edge"] == "BEGIN"
        elif inside and not mark and line.strip():
            lines.append(line.strip())
    return lines


def hidden_numbers(source: str) -> set[int]:
    """Numbers, from 1, of the lines of a cell that students do not see; marks of answers, too."""
    numbers, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        mark = MARK.fullmatch(line)
        inside = mark["edge"] == "BEGIN" if mark else inside
        if inside or mark:
            numbers.add(number)
    return numbers


def without_hidden(source: str) -> str:
    """The text of a cell without its hidden lines."""
    hidden, lines = hidden_numbers(source), source.split("\n")
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)


RELEASE_RULES = [
    nothing_is_marked,
    nothing_is_executed,
    every_answer_is_a_stub,
    every_check_says_something,
    no_answer_is_shown,
]
