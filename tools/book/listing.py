"""The text of the library's objects, read from the source without running it.

A dotted name such as `minillm.ngram.NGram.score` is a module's file and, in it, a function, a
class, a method or a constant. What students write of it is known from the solutions.
"""

import ast
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.assignment import assignments, path_of
from grader.authoring.weave import Answer, answers

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class ListingError(Exception):
    """A dotted name leads nowhere, or an answer cannot be taken out of its source."""


@dataclass(frozen=True)
class Listing:
    """An object of the library as a page shows it."""

    name: str  # dotted
    file: Path
    text: str  # the whole object
    given: str  # what students are given of it; `text`, where it is no answer
    answer: Answer | None


def course_answers(course: Path) -> list[Answer]:
    """The answers of all assignments of a course, in the order in which they are taught."""
    return [found for name in assignments(course) for found in answers(path_of(name, course))]


def listing(name: str, course: Path, written: Iterable[Answer]) -> Listing:
    """The object with a dotted name; `written` are the answers of the course."""
    file, path = _file(name, course)
    source = file.read_text(encoding="utf-8")
    nodes = _nodes(ast.parse(source), path, name)
    place = file.relative_to(course).as_posix()
    found = [a for a in written if (a.file, a.name) == (place, path[0])]
    blanked = [(a, f) for a in found for f in functions(nodes[0], a) if _within(f, nodes)]
    start, end = first_line(nodes[-1]) - 1, nodes[-1].end_lineno
    given = without_bodies(source, (function for _, function in blanked), lambda _: None)
    n_cut = source.count("\n") - given.count("\n")
    return Listing(
        name,
        file,
        _lines(source, start, end),
        _lines(given, start, (end or 0) - n_cut),
        blanked[0][0] if blanked else None,
    )


def functions(node: ast.stmt, answer: Answer) -> list[Function]:
    """The functions at or in `node`, the answer's object, whose bodies students write."""
    if not isinstance(node, ast.ClassDef):
        return [node] if isinstance(node, Function) else []
    methods = (n for n in node.body if isinstance(n, Function))
    return [method for method in methods if method.name in answer.methods]


def without_bodies(
    source: str, bodies: Iterable[Function], instead: Callable[[Function], str | None]
) -> str:
    """`source` with what follows the docstring of each function replaced by a line, or nothing."""
    lines = source.split("\n")
    for function in sorted(bodies, key=lambda f: -f.lineno):
        docstring, *body = function.body
        if ast.get_docstring(function) is None or not body:
            raise ListingError(f"{function.name} needs a docstring, its given part, and a body")
        line = instead(function)
        lines[docstring.end_lineno or 0 : function.end_lineno] = (
            [" " * docstring.col_offset + line] if line is not None else []
        )
    return "\n".join(lines)


def first_line(node: ast.stmt) -> int:
    """Number of the first line of a node, its decorators included."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _file(name: str, course: Path) -> tuple[Path, list[str]]:
    """The module's file that a dotted name begins with, and the names that follow."""
    parts = name.split(".")
    for n in range(len(parts) - 1, 0, -1):
        place = course.joinpath(*parts[:n])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file, parts[n:]
    raise ListingError(f"no module holds {name!r}; write module.object, such as minillm.ngram.pad")


def _nodes(module: ast.Module, path: list[str], name: str) -> list[ast.stmt]:
    """The statements that define the names of a path, each inside the one before."""
    nodes: list[ast.stmt] = []
    body = module.body
    for part in path:
        node = next((node for node in body if part in _names(node)), None)
        if node is None:
            raise ListingError(f"{name}: {part!r} is not defined there")
        nodes.append(node)
        body = node.body if isinstance(node, ast.ClassDef) else []
    return nodes


def _names(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    if isinstance(node, Definition):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [n.id for t in targets if t for n in ast.walk(t) if isinstance(n, ast.Name)]


def _within(function: Function, nodes: list[ast.stmt]) -> bool:
    """Whether a function is the last of the nodes or in it."""
    outer = nodes[-1]
    return outer.lineno <= function.lineno and (function.end_lineno or 0) <= (outer.end_lineno or 0)


def _lines(source: str, start: int, end: int | None) -> str:
    return textwrap.dedent("\n".join(source.split("\n")[start:end]))
