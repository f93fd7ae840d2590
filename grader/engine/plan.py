"""An assignment as the examiner runs it, read from its source once for all submissions."""

import ast
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import cells, kind, read
from grader.authoring.rules import MARK
from grader.authoring.weave import HIDDEN, library_files, withheld_modules

REBINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Check:
    """A check cell of the source."""

    id: str
    points: float
    source: str

    @property
    def file(self) -> str:
        """The name under which its lines stand in tracebacks."""
        return f"<check {self.id}>"

    def prepare(self) -> None:
        """Work out all that is asked for later, before processes are forked."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    @cached_property
    def code(self) -> CodeType:
        """The compiled cell."""
        linecache.cache[self.file] = (1, None, self.source.splitlines(True), self.file)
        return compile(self.source, self.file, "exec")

    @cached_property
    def woven(self) -> str:
        """The reference of earlier parts, which the student's process gets before the check."""
        match = HIDDEN.match(self.source)
        return match[0] if match else ""

    @cached_property
    def woven_names(self) -> set[str]:
        """Names that the reference defines."""
        return {name for s in ast.parse(self.woven).body for name in bound_names(s)}

    @cached_property
    def hidden_lines(self) -> set[int]:
        """Numbers, from 1, of the lines that students do not see."""
        lines, inside = set(), False
        for number, line in enumerate(self.source.split("\n"), 1):
            mark = MARK.fullmatch(line)
            inside = mark["edge"] == "BEGIN" if mark else inside
            if inside or mark:
                lines.add(number)
        return lines

    @cached_property
    def shared_names(self) -> list[str]:
        """Variables that the visible lines leave behind, and no hidden line changes."""
        hidden = {n for s in self._statements(hidden=True) for n in bound_names(s)}
        shown = {n for s in self._statements(hidden=False) for n in bound_names(s)
                 if not isinstance(s, REBINDING)}  # fmt: skip
        return sorted(shown - hidden)

    @cached_property
    def shared_source(self) -> str:
        """The functions and classes that the visible lines define."""
        shown = (s for s in self._statements(hidden=False) if isinstance(s, REBINDING))
        return "\n\n".join(map(ast.unparse, shown))

    def _statements(self, hidden: bool) -> Iterator[ast.stmt]:
        for statement in ast.parse(self.source).body:
            if (statement.lineno in self.hidden_lines) == hidden:
                yield statement


@dataclass
class Plan:
    """What the source says about an assignment."""

    path: Path
    released: NotebookNode
    checks: dict[str, Check]
    given: dict[str, str]  # text of each given cell, by id
    leading: list[str]  # ids of the given cells before the first answer
    names: list[str]  # that the source's answer cells define
    classes: dict[str, set[str]]  # special methods of the classes among them, without underscores
    imports: list[str] = field(default_factory=list)  # modules that the source imports
    packages: list[str] = field(default_factory=list)  # of the course's library
    withheld: list[str] = field(default_factory=list)  # modules that hold answers

    @cached_property
    def given_classes(self) -> set[str]:
        """Names of the classes that given cells define: their instances travel by value."""
        trees = (ast.parse(source) for source in self.given.values())
        return {s.name for tree in trees for s in tree.body if isinstance(s, ast.ClassDef)}


def plan(path: Path, release: Path) -> Plan:
    """Read the source at `path` and what was released of it."""
    notebook = read(path)
    answers = [ast.parse(cell.source) for cell in cells(notebook, "answer")]
    statements = [statement for tree in answers for statement in tree.body]
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    withheld = withheld_modules(path)
    return Plan(
        path,
        nbformat.read(release, as_version=4),
        {c.id: Check(c.id, float(c.metadata.nbgrader.points), c.source)
         for c in cells(notebook, "check")},
        {c.id: c.source for c in cells(notebook, "given")},
        _leading(notebook),
        sorted({name for s in statements for name in bound_names(s)}),
        {s.name: special_methods(s) for s in statements if isinstance(s, ast.ClassDef)},
        [name for name in imported_modules(code) if name not in withheld],
        sorted({file.parts[0] for file in library_files(path)}),
        withheld,
    )  # fmt: skip


def _leading(notebook: NotebookNode) -> list[str]:
    """Ids of the given cells that stand before the first answer."""
    found = []
    for cell in notebook.cells:
        if kind(cell) == "answer":
            break
        if kind(cell) == "given" and cell.cell_type == "code":
            found.append(cell.id)
    return found


def bound_names(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top of a cell binds, but those that it imports."""
    if isinstance(statement, REBINDING):
        return {statement.name}
    names = set()
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, REBINDING):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp
                            | ast.GeneratorExp):  # fmt: skip
            todo += ast.iter_child_nodes(node)
    return names


def special_methods(node: ast.ClassDef) -> set[str]:
    """Names of the special methods that a class gets, without underscores."""
    names = {name for part in node.body for name in bound_names(part)}
    found = {match[1] for name in names if (match := re.fullmatch("__(.+)__", name))}
    marks = ast.unparse(ast.Tuple([*node.decorator_list, *node.bases], ast.Load()))
    if "dataclass" in marks:
        found |= {"eq", "lt", "le", "gt", "ge", "hash"}
    return found


def imported_modules(code: str) -> list[str]:
    """Modules that import statements anywhere in `code` name."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return sorted(found)
