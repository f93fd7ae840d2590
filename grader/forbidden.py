"""Calls that an assignment forbids: a look at the answers' text, which takes no points by itself.

The option of an answer cell names them, each with its module:

    :answer: count_ngrams
    :forbidden: [numpy.unique, collections.Counter, .sort, sorted]

A name stands for itself and all below it (`numpy.linalg`), `.sort` for the method of anything, a
name without a dot for a built-in. Aliases are followed: `import numpy as np`, `from numpy import
unique as u`, `u = np.unique`, `getattr(np, "unique")`, `importlib.import_module("numpy").unique`.
What the text alone cannot tell (`eval`, `exec`, a computed name in `getattr`) is named as hidden.
A student's further code cells must keep to what is forbidden in any answer.
"""

import ast
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, read
from grader.course import Course, GradingError
from grader.student_code import StudentCode, answers

OPTION = "forbidden"
IMPORTS = ("importlib.import_module", "__import__")
OPAQUE = ("eval", "exec", "compile", "globals", "locals", "vars")
FURTHER = "a further cell"


@dataclass(frozen=True)
class Call:
    """A forbidden name in a submission."""

    student: str
    cell: str  # id of the answer, or FURTHER
    line: int
    name: str  # with its module
    hidden: bool = False  # what is called cannot be told from the text


@dataclass
class Forbidden:
    """What was found in a class."""

    names: dict[str, list[str]]  # what is forbidden, by answer cell
    calls: list[Call] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def __str__(self) -> str:
        """One line for each place."""
        if not self.names:
            return (
                "Forbidden calls: the assignment forbids none (option `:forbidden:` of an answer)"
            )
        lines = [f"Forbidden calls: {len(self.calls)}"]
        for call in self.calls:
            what = f"{call.name} hides what is called" if call.hidden else call.name
            lines.append(f"  {call.student}  {call.cell}, line {call.line}: {what}")
        return "\n".join(lines)


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
        names = cell.metadata.get(OPTION, [])
        names = names.replace(",", " ").split() if isinstance(names, str) else list(names)
        for name in names:
            if not all(part.isidentifier() for part in name.removeprefix(".").split(".")):
                raise GradingError(f"answer {grade_id(cell)}: {name!r} in :{OPTION}: is no name")
        if names:
            found[str(grade_id(cell))] = names
    return found


def look(each: StudentCode, names: dict[str, list[str]], given: str = "") -> Iterator[Call]:
    """The forbidden calls of one submission; `given` is the code that the assignment gives."""
    everything = sorted({name for some in names.values() for name in some})
    parts = [(cell, each.cells.get(cell, ""), some) for cell, some in names.items()]
    parts += [(FURTHER, text, everything) for text in each.own]
    # Names may be imported, or given, anywhere in the notebook.
    known = Names()
    for text in (given, *each.cells.values(), *each.own):
        known.learn(parsed(text))
    for cell, text, some in parts:
        for line, name, hidden in known.used(parsed(text)):
            if hidden or any(is_below(name, rule) for rule in some):
                yield Call(each.student, cell, line, name, hidden)


def parsed(text: str) -> ast.Module:
    """The syntax tree of a cell; an empty one where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def is_below(name: str, rule: str) -> bool:
    """Whether `name`, with its module, is what `rule` forbids."""
    if rule.startswith("."):
        return name.endswith(rule)
    return name == rule or name.startswith(f"{rule}.")


class Names:
    """What the names of a notebook stand for, as far as its text tells."""

    def __init__(self) -> None:
        self.full: dict[str, str] = {}  # name -> with its module

    def learn(self, tree: ast.AST) -> None:
        """Follow imports, and assignments of names to names."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.split(".")[0]
                    self.full[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self.full[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Assign):
                self._learn_assignment(node)

    def _learn_assignment(self, node: ast.Assign) -> None:
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for left, right in pairs:
                name = self.name(right)
                if isinstance(left, ast.Name) and name and left.id != name:
                    self.full[left.id] = name

    def name(self, node: ast.AST) -> str:
        """The full name of an expression; "" where it has none."""
        if isinstance(node, ast.Name):
            return self.full.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.name(node.value)}.{node.attr}"
        return self._fetched(node) if isinstance(node, ast.Call) else ""

    def _fetched(self, node: ast.Call) -> str:
        """The full name of what an import or `getattr` with constant names gives."""
        called = self.name(node.func)
        words = [arg.value if isinstance(arg, ast.Constant) else "" for arg in node.args]
        if called in IMPORTS and words and words[0]:
            return str(words[0])
        if called == "getattr" and len(words) > 1 and words[1]:
            return f"{self.name(node.args[0])}.{words[1]!s}"
        return ""

    def used(self, tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
        """(line, full name, whether it hides what is called) of names that are read or imported."""
        for line, name, hidden in self._places(tree):
            if name:
                yield line, name, hidden

    def _places(self, tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
        inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{a.name}", False) for a in node.names)
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif id(node) not in inner and isinstance(getattr(node, "ctx", None), ast.Load):
                yield getattr(node, "lineno", 0), self.name(node), False

    def _call(self, node: ast.Call) -> Iterator[tuple[int, str, bool]]:
        called = self.name(node.func)
        if called in OPAQUE:
            yield node.lineno, called, True
        elif called in ("getattr", *IMPORTS):
            name = self.name(node)
            yield node.lineno, name or called, not name
