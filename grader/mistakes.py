"""Which named mistakes a class made: failing checks, grouped by the author's message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from grader.attempt import Attempt, CheckResult
from grader.authoring.assignment import cells, problem
from grader.verdict import NOT_ATTEMPTED, cell_messages, is_authors, stopped_cells

EXAMPLES = 5  # students who are named
ENDS = {"timeout": "too slow, or an endless loop", "died": "ends its process"}
UNNAMED = "a hidden check fails without a message of its own"


@dataclass
class Mistake:
    """One mistake and who made it."""

    problem: str
    text: str  # the author's message, with dots for what is filled in
    students: list[str] = field(default_factory=list)


def named(source: NotebookNode) -> Callable[[CheckResult], str]:
    """What finds the author's message behind what a check said: the same for the same mistake."""
    shared = [m for cell in cells(source, "given", "answer") for m in cell_messages(cell)]
    messages = {
        # The most telling one first: of two that fit, the longer.
        cell.id: sorted([*cell_messages(cell), *shared], key=lambda m: -len(m.text))
        for cell in cells(source, "check")
    }

    def name(check: CheckResult) -> str:
        if check.status in ENDS:
            return ENDS[check.status]
        fitting = (m for m in messages.get(check.id, []) if is_authors(check, [m]))
        if found := next(fitting, None):
            return found.text
        if check.error not in ("", "AssertionError"):
            return f"raises {check.error}"
        return check.message[:200] if check.message and not check.hidden else UNNAMED

    return name


def mistakes(source: NotebookNode, attempts: Iterable[Attempt]) -> list[Mistake]:
    """The mistakes of a class by how many students made them; untouched answers are left out."""
    name = named(source)
    found: dict[tuple[str, str], Mistake] = {}
    for attempt in attempts:
        lost = [check for check in attempt.checks if check.status != "passed"]
        made = {(problem(c.id), _cause(attempt, c) or name(c)): None for c in lost}
        for where, text in made:
            if not text.endswith(NOT_ATTEMPTED):
                mistake = found.setdefault((where, text), Mistake(where, text))
                mistake.students.append(attempt.student)
    return sorted(found.values(), key=lambda m: (-len(m.students), m.problem, m.text))


def _cause(attempt: Attempt, check: CheckResult) -> str:
    """What kept the answer from being there; "" where it was."""
    cell = stopped_cells(attempt).get(problem(check.id))
    if cell is None or check.error != "NameError":
        return ""
    return f"the answer cell: {ENDS.get(cell.status, cell.error)}"


def table(found: list[Mistake], most: int = 25) -> list[str]:
    """The mistakes as lines of text."""
    lines = []
    for mistake in found[:most]:
        names = " ".join(mistake.students[:EXAMPLES])
        names += " ..." * (len(mistake.students) > EXAMPLES)
        text = " ".join(mistake.text.split())
        lines.append(
            f"  {len(mistake.students):5}  {_with_problem(mistake.problem, text)}  ({names})"
        )
    left_out = len(found) - most
    return lines + ([f"         and {left_out} more: see --json"] if left_out > 0 else [])


def _with_problem(name: str, text: str) -> str:
    return text if text.startswith(name) else f"{name}: {text}"
