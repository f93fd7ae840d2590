"""The parts of a check cell: which of its lines run beside the student's code, which decide.

    ids = [np.array([2, 3])]         trusted: runs in the examiner
    ### BEGIN PROBE
    got = attempt(pad, ids)          probe: runs in the student's process
    ### END PROBE
    assert got is not None           trusted again; `got` has come back as data

Marks stand at the start of a line, between statements. A probe lies wholly inside or outside of a
hidden region. To a notebook the marks are comments.
"""

import ast
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from grader.authoring.names import names
from grader.authoring.weave import HIDDEN

MARK = re.compile(r"### (?P<edge>BEGIN|END) (?P<region>PROBE|HIDDEN TESTS)[ \t]*")
MARK_LIKE = re.compile(r"\W*(BEGIN|END)[ _-]*PROBE\b", re.IGNORECASE)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


class ProbeError(ValueError):
    """The marks of a check cell do not fit together."""


@dataclass(frozen=True)
class Part:
    """Lines of a check cell that run on one side, in one go."""

    text: str  # below empty lines, so that line numbers are those of the cell
    start: int  # number of the first line
    end: int  # number of the last line
    is_probe: bool
    hidden: bool
    woven: bool  # the reference of earlier problems

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax; raises SyntaxError."""
        return ast.parse(self.text)

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names of the notebook that it binds."""
        return names(self.text)[0]

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of the notebook that it reads, inside functions too."""
        return names(self.text)[1]

    @cached_property
    def defines(self) -> frozenset[str]:
        """Names of the functions and classes that it defines at the top."""
        return frozenset(s.name for s in self.tree.body if isinstance(s, DEFINITIONS))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Its import statements at the top, by each name that they bind."""
        return {
            alias.asname or alias.name.split(".")[0]: ast.unparse(statement)
            for statement in self.tree.body
            if isinstance(statement, IMPORTS)
            for alias in statement.names
        }

    @cached_property
    def data(self) -> frozenset[str]:
        """Names that it binds to something else than a function, a class or a module."""
        return self.binds - self.defines - self.imports.keys()


@lru_cache(maxsize=1024)
def parts(source: str) -> tuple[Part, ...]:
    """The parts of a check cell, in order; raises ProbeError, and SyntaxError of a part."""
    match = HIDDEN.match(source)
    last_woven = source[: match.end()].count("\n") if match else 0
    lines = source.split("\n")
    found: list[Part] = []
    open_: list[str] = []
    start = 0
    for number, line in enumerate([*lines, ""], 1):
        mark = MARK.fullmatch(line)
        if not mark and number <= len(lines):
            continue
        text = "\n".join(lines[start : number - 1])
        part = Part(
            "\n" * start + text,
            start + 1,
            number - 1,
            "PROBE" in open_,
            "HIDDEN TESTS" in open_,
            "HIDDEN TESTS" in open_ and number <= last_woven,
        )
        found += [part] * bool(_statements(part))
        if mark:
            _open_or_close(mark["edge"], mark["region"], open_, number)
        start = number
    if open_:
        raise ProbeError(f"BEGIN {open_[-1]} is never closed")
    return tuple(found)


def _statements(part: Part) -> list[ast.stmt]:
    try:
        return part.tree.body
    except SyntaxError as error:
        place = f"between the marks around the lines {part.start} to {part.end}"
        error.msg = f"{error.msg} ({place})"
        raise


def _open_or_close(edge: str, region: str, open_: list[str], number: int) -> None:
    """Follow a mark; a probe may stand inside a hidden region, nothing inside a probe."""
    if edge == "END":
        if not open_ or open_[-1] != region:
            raise ProbeError(f"line {number}: END {region} closes nothing")
        open_.pop()
    elif region in open_ or "PROBE" in open_:
        raise ProbeError(f"line {number}: BEGIN {region} inside of {open_[-1]}")
    else:
        open_.append(region)
