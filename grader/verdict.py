"""What students may read of a check: the author's message, never a hidden line, name or input.

Of a visible check everything is told. Of a hidden one its message is, where it is recognised as one
that the author wrote: strings in the author's cells are what messages are made of. What the
student's own code raised while a hidden check ran may quote the hidden inputs and is not told.
"""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbformat import NotebookNode

from grader.attempt import Attempt, CellResult, CheckResult, Limits
from grader.authoring.assignment import kind
from grader.authoring.weave import BEGIN

TELLING_LENGTH = 12  # characters; a shorter string may well be an input
LONGEST_MESSAGE = 2_000  # characters
ON_OTHER_INPUTS = "on other inputs: "
NOT_TOLD = "raised while a hidden check ran"
NOT_ATTEMPTED = ": not attempted"
CUT_OFF = {
    "timeout": "stopped after {:g} s: an endless loop?",
    "died": "the Python process ended: did it crash, call exit or take too much memory?",
}


@dataclass(frozen=True)
class Message:
    """An author's string: its constant parts, with something filled in between."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The string, with dots for what is filled in."""
        return "\N{HORIZONTAL ELLIPSIS}".join(self.parts)

    def fits(self, text: str) -> bool:
        """Whether `text` is this string with something filled in."""
        first, *rest = self.parts
        if not rest:
            return text == first
        *middle, last = rest
        if not (text.startswith(first) and text.endswith(last)):
            return False
        place, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, place, end)
            if found < 0:
                return False
            place = found + len(part)
        return place <= end


def stub_messages(cell: NotebookNode, line: str) -> list[str]:
    """What the stubs of an answer cell raise, one for each such line in it.

    A single one names the cell, one of several the function or method that it stands in.
    """
    lines = cell.source.split("\n")
    numbers = [n for n, text in enumerate(lines, 1) if text.strip() == line]
    names = [cell.metadata.nbgrader.grade_id] * len(numbers)
    if len(numbers) > 1:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)]
        for i, n in enumerate(numbers):
            around = [node.name for node in found if node.lineno <= n <= (node.end_lineno or 0)]
            names[i] = ".".join(around) or names[i]
    return [name + NOT_ATTEMPTED for name in names]


def messages(notebook: NotebookNode) -> list[Message]:
    """The messages that checks of `notebook` may show; those of the stubs, too."""
    return [message for cell in notebook.cells for message in cell_messages(cell)]


def cell_messages(cell: NotebookNode) -> list[Message]:
    """Strings in a cell of the author, or what the stubs of an answer say."""
    if kind(cell) == "answer":
        return [Message((text,)) for text in stub_messages(cell, BEGIN)]
    if cell.cell_type == "code" and kind(cell) in ("given", "check"):
        return _strings(cell.source)
    return []


@lru_cache(maxsize=1024)
def _strings(source: str) -> list[Message]:
    try:
        return list(_walk(ast.parse(source)))
    except SyntaxError:  # a notebook's own commands, such as %matplotlib
        return []


def _walk(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        values = node.values if isinstance(node, ast.JoinedStr) else [node]
        parts = [""]
        for value in values:
            if not isinstance(value, ast.Constant):
                parts.append("")
            elif isinstance(value.value, str):
                parts[-1] += value.value
        if len("".join(parts).strip()) >= TELLING_LENGTH:
            yield Message(tuple(parts))


def told(check: CheckResult, known: list[Message], limits: Limits, line: str = "") -> str:
    """What the student may read about a check that did not pass; "" for one that did.

    `line` is the line of the check that met it, for a visible assertion without a message.
    """
    if check.status == "passed":
        return ""
    if check.status in CUT_OFF:
        text = CUT_OFF[check.status].format(limits.cell_s)
        return ON_OTHER_INPUTS + text if check.hidden else text
    if not check.hidden:
        text = named(check.error, check.message)
        return shortened(text or f"this does not hold: {line.strip() or 'an assertion'}")
    if is_authors(check, known):
        return shortened(ON_OTHER_INPUTS + check.message)
    return named(builtin_error(check.error), NOT_TOLD)


def is_authors(check: CheckResult, known: list[Message]) -> bool:
    """Whether the message of a check is one of the author's `known` ones.

    A student's code may raise what a stub raises, but not fill in an author's string.
    """
    fitting = [message for message in known if message.fits(check.message)]
    return any(len(message.parts) == 1 or not check.students for message in fitting)


def named(error: str, text: str) -> str:
    """The text of an error, with the error's name where that says more."""
    if error in ("", "AssertionError", "NotImplementedError"):
        return text
    return f"{error}: {text}" if text else error


def builtin_error(name: str) -> str:
    """The name of an error of Python's own, or "Error": a student's may spell a hidden input."""
    return name if isinstance(getattr(builtins, name, None), type) else "Error"


def shortened(text: str, length: int = LONGEST_MESSAGE) -> str:
    """The text, or its start and how much is left out."""
    left_out = len(text) - length
    return text if left_out <= 0 else f"{text[:length]}\n[{left_out} more characters]"


def stopped_cells(attempt: Attempt) -> dict[str, CellResult]:
    """The student's cells that did not run to their end, by id."""
    return {cell.id: cell for cell in attempt.cells if cell.status != "ok"}
