"""An assignment as the examiner runs it, read from its source once for all submissions."""

import ast
import linecache
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

from grader import verdict
from grader.authoring.assignment import cells, read
from grader.authoring.names import changes, codes, imported_modules, root
from grader.authoring.probes import DEFINITIONS, IMPORTS, Part, parts
from grader.authoring.rules import hidden_numbers
from grader.authoring.weave import library_files, withheld_modules


@dataclass
class Step:
    """A part of a check cell, ready to run on its side."""

    part: Part
    code: CodeType | None  # of trusted lines
    source: str = ""  # of a probe
    sent: list[str] = field(default_factory=list)  # names whose values the probe gets
    wanted: list[str] = field(default_factory=list)  # names whose values come back


@dataclass
class Check:
    """A check cell of the source."""

    id: str
    points: float
    source: str
    reference: str = ""  # the right answers that this check and those above it bring along
    helpers: str = ""  # functions and imports of hidden lines above that are still in force

    @property
    def file(self) -> str:
        """The name under which its lines stand in tracebacks."""
        return f"<check {self.id}>"

    def prepare(self) -> None:
        """Work out all that is asked for later, before processes are forked."""
        linecache.cache[self.file] = (1, None, self.source.splitlines(True), self.file)
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    @cached_property
    def steps(self) -> list[Step]:
        """Its parts, first the visible ones, without the reference of earlier problems."""
        return steps_of(sorted(parts(self.source), key=lambda part: part.hidden), self.file)

    @cached_property
    def visible(self) -> list[Step]:
        """The steps that students see and run themselves."""
        return [step for step in self.steps if not step.part.hidden]

    @cached_property
    def hidden(self) -> list[Step]:
        """The steps that students do not see."""
        return [step for step in self.steps if step.part.hidden]

    @cached_property
    def woven(self) -> str:
        """The right answers to earlier problems that the cell brings along."""
        return "\n".join(part.text.strip("\n") for part in parts(self.source) if part.woven)

    @cached_property
    def reference_code(self) -> CodeType:
        """What the hidden lines find defined: the reference, and the helpers of checks above."""
        return compile(f"{self.helpers}\n{self.reference}", "<woven>", "exec")

    @cached_property
    def hidden_helpers(self) -> dict[str, str]:
        """Functions, classes and imports of its hidden trusted lines, by what they bind."""
        hidden = [step.part for step in self.hidden if not step.part.is_probe]
        kinds = (*DEFINITIONS, *IMPORTS)
        found = [s for p in hidden for s in p.tree.body if isinstance(s, kinds)]
        return {getattr(s, "name", ast.unparse(s)): ast.unparse(s) for s in found}

    @cached_property
    def hidden_lines(self) -> set[int]:
        """Numbers, from 1, of the lines that students do not see."""
        return hidden_numbers(self.source)

    @cached_property
    def left(self) -> tuple[list[str], list[str], str]:
        """What visible trusted lines leave: names of data, of functions, the functions' text."""
        shown = [step.part for step in self.visible if not step.part.is_probe]
        definitions = [s for p in shown for s in p.tree.body if getattr(s, "name", "") in p.defines]
        names = {name for part in shown for name in part.data}
        helpers = [name for part in shown for name in part.defines]
        return sorted(names), helpers, "\n\n".join(map(ast.unparse, definitions))


def steps_of(all_parts: Iterable[Part], file: str) -> list[Step]:
    """The parts of a check in the order in which they run."""
    found: list[Step] = []
    own: set[str] = set()  # names that trusted lines have bound
    fresh: set[str] = set()  # those that they have bound or changed since they were last sent
    imports: dict[str, str] = {}
    for part in all_parts:
        if not part.is_probe:
            own |= part.data
            fresh |= part.data | {root(place) for place in changes(part.tree)} & own
            imports |= part.imports
            if not part.woven:
                found.append(Step(part, compile(part.text, file, "exec")))
            continue
        needed = [text for name, text in imports.items() if name in part.reads]
        source = "; ".join(dict.fromkeys(needed)) + part.text  # the first line is a mark's
        found.append(Step(part, None, source, sorted(fresh & part.reads), sorted(part.data)))
        fresh -= part.reads | part.binds
    return found


@dataclass
class Plan:
    """What the source says about an assignment."""

    path: Path
    released: NotebookNode
    checks: dict[str, Check]
    given: dict[str, str]  # text of each given cell, by id
    leading: list[str]  # ids of the given cells that run before any submission
    messages: list[verdict.Message]  # that the author's cells hold
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
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    withheld = withheld_modules(path)
    checks = [Check(c.id, float(c.metadata.nbgrader.points), c.source)
              for c in cells(notebook, "check")]  # fmt: skip
    woven: list[str] = []
    helpers: dict[str, str] = {}
    for check in checks:
        woven += [check.woven] * (check.woven not in ("", *woven))
        for name in check.left[1]:  # its visible lines define it anew
            helpers.pop(name, None)
        check.reference, check.helpers = "\n\n".join(woven), "\n".join(helpers.values())
        helpers |= check.hidden_helpers
    return Plan(
        path,
        nbformat.read(release, as_version=4),
        {check.id: check for check in checks},
        {c.id: c.source for c in cells(notebook, "given")},
        _leading(notebook),
        verdict.messages(notebook),
        [name for name in imported_modules(ast.parse(code)) if name not in withheld],
        sorted({file.parts[0] for file in library_files(path)}),
        withheld,
    )  # fmt: skip


def _leading(notebook: NotebookNode) -> list[str]:
    """Ids of the given cells that give the same before any check has run as at their place.

    They use no answer when they run. Those above the first answer are always among them; from the
    first one below it on that binds or changes what stands above, also in a check, the others wait
    for their turn.
    """
    found: list[str] = []
    bound: set[str] = set()
    changed: set[str] = set()  # in place, by checks
    modules: set[str] = set()  # `np.append` changes none
    below = False
    for code in codes(notebook):
        below |= code.kind == "answer"
        modules |= code.imports.keys()
        own = {root(place) for place in changes(code.tree)} & code.reads - modules
        if code.kind == "check":
            changed |= own
            bound |= code.binds
        elif code.kind == "given":
            if below and (code.binds & bound or own - code.binds or code.reads & changed):
                break
            found.append(code.cell.id)
            bound |= code.binds
    return found
