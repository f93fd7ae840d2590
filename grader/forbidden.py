"""Calls that an assignment forbids: a look at the answers' text, which takes no points by itself.

The option of an answer cell names them, each with its module:

    :answer: count_ngrams
    :forbidden: [numpy.unique, collections.Counter, .sort, sorted]

A name stands for itself and all below it (`numpy.linalg`), `.sort` for the method of anything, a
name without a dot for a built-in. Imports are followed wherever they stand in the notebook: `import
numpy as np`, `from numpy import unique as u`. A student's further code cells must keep to what is
forbidden in any answer. A name that is computed (`getattr`, `eval`) is not found.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, read
from grader.authoring.names import imports_of
from grader.course import Course, GradingError
from grader.student_code import StudentCode, answers

FURTHER = "a further cell"


@dataclass(frozen=True)
class Call:
    """A forbidden name in a submission."""

    student: str
    cell: str  # id of the answer, or FURTHER
    line: int
    name: str  # with its module


@dataclass
class Forbidden:
    """What was found in a class."""

    names: dict[str, list[str]]  # what is forbidden, by answer cell
    calls: list[Call] = field(default_factory=list)

    def __str__(self) -> str:
        """One line for each place."""
        if not self.names:
            return (
                "Forbidden calls: the assignment forbids none (option `:forbidden:` of an answer)"
            )
        lines = [f"  {c.student}  {c.cell}, line {c.line}: {c.name}" for c in self.calls]
        return "\n".join([f"Forbidden calls: {len(self.calls)}", *lines])


def forbidden(course: Course, assignment: str) -> Forbidden:
    """Look for forbidden calls in every submission to an assignment."""
    source = read(course.source(assignment))
    names = rules(source)
    if not names:
        return Forbidden({})
    given = "\n".join(cell.source for cell in cells(source, "given"))
    calls = [call for each in answers(course, assignment) for call in look(each, names, given)]
    return Forbidden(names, calls)


def rules(source: NotebookNode) -> dict[str, list[str]]:
    """The names that are forbidden in each answer cell of `source` that forbids any."""
    found: dict[str, list[str]] = {}
    for cell in cells(source, "answer"):
        names = cell.metadata.get("forbidden", [])
        names = names.replace(",", " ").split() if isinstance(names, str) else list(names)
        for name in names:
            if not all(part.isidentifier() for part in name.removeprefix(".").split(".")):
                raise GradingError(f"answer {grade_id(cell)}: {name!r} in :forbidden: is no name")
        if names:
            found[str(grade_id(cell))] = names
    return found


def look(each: StudentCode, names: dict[str, list[str]], given: str = "") -> Iterator[Call]:
    """The forbidden calls of one submission; `given` is the code that the assignment gives."""
    everything = [name for some in names.values() for name in some]
    parts = [(cell, each.cells.get(cell, ""), some) for cell, some in names.items()]
    parts += [(FURTHER, text, everything) for text in each.own]
    known: dict[str, str] = {}
    for text in (given, *each.cells.values(), *each.own):
        known |= imports_of(parsed(text))
    for cell, text, some in parts:
        for line, name in used(parsed(text), known):
            if any(is_below(name, rule) for rule in some):
                yield Call(each.student, cell, line, name)


def parsed(text: str) -> ast.Module:
    """The syntax tree of a cell; an empty one where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def is_below(name: str, rule: str) -> bool:
    """Whether `name`, with its module, is what `rule` forbids."""
    return name.endswith(rule) if rule.startswith(".") else f"{name}.".startswith(f"{rule}.")


def used(tree: ast.AST, known: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Line and full name of all that is read or imported by name."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            yield node.lineno, full_name(node, known)


def full_name(node: ast.AST, known: dict[str, str]) -> str:
    """`np.linalg.norm` as `numpy.linalg.norm`, `f(x).sort` as `.sort`."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    return f"{full_name(node.value, known)}.{node.attr}" if isinstance(node, ast.Attribute) else ""
