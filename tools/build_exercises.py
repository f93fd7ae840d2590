"""Build `exercises/<a>/<a>.ipynb`, what students get, from `solutions/<a>/<a>.md`.

The steps: read the source, check it (SOURCE_RULES), let nbgrader make the release in a temporary
folder without a database, check that (RELEASE_RULES), write it. A rebuild gives the same bytes.
`python -m tools.build_exercises --check` writes nothing and exits with 1 where a committed exercise
is stale.
"""

import argparse
import copy
import difflib
import functools
import logging
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from tools import weave
from tools.assignment import (
    COURSE,
    AssignmentError,
    assignments,
    cells,
    first_line,
    grade_id,
    kind,
    path_of,
    problem,
    read,
)

CONFIG = Path(__file__).parents[1] / "nbgrader_config.py"
TOTAL_POINTS = 100
MARK = re.compile(r"[ \t]*### (?P<edge>BEGIN|END) (?P<region>SOLUTION|HIDDEN TESTS)[ \t]*")
MARK_LIKE = re.compile(r"\b(BEGIN|END)[ _-]*(SOLUTION|HIDDEN[ _-]*TESTS?)\b", re.IGNORECASE)
VALID_ID = re.compile(r"[a-z][a-z0-9_-]*")
TELLING_LENGTH = 24  # shorter lines of an answer may well stand somewhere else


def build(path: Path) -> str:
    """The text of the exercise for the source at `path`.

    Raises AssignmentError, which names every broken rule.
    """
    return nbformat.writes(release(path)) + "\n"


def release(path: Path) -> NotebookNode:
    """The released notebook for the source at `path`, checked."""
    return copy.deepcopy(_release(Path(path), weave.weave(path), Path(path).read_text("utf-8")))


@functools.lru_cache(maxsize=8)
def _release(path: Path, woven: str, text: str) -> NotebookNode:
    if woven != text:
        raise AssignmentError(f"{path} is stale: run `python -m tools.weave`")
    source = checked_source(path)
    released = _generate(source, path.stem)
    _refuse(path, [fault for rule in RELEASE_RULES for fault in rule(released, source)])
    return released


def checked_source(path: Path) -> NotebookNode:
    """The solution notebook at `path`, as nbgrader's source; raises AssignmentError as `build`."""
    source = read(path)
    _refuse(path, [fault for rule in SOURCE_RULES for fault in rule(source)])
    return source


def _refuse(path: Path, faults: Sequence[str]) -> None:
    if faults:
        raise AssignmentError(f"{path}:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _generate(source: NotebookNode, name: str) -> NotebookNode:
    """What nbgrader releases of `source`, made in a temporary folder without a database."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder, "source", name, f"{name}.ipynb")
        notebook.parent.mkdir(parents=True)
        nbformat.write(source, notebook)
        config = settings()
        config.SaveCells.enabled = False
        config.CourseDirectory.update(
            {"root": folder, "source_directory": "source", "release_directory": "release"}
        )
        course = CourseDirectory(config=config, assignment_id=name)
        converter = GenerateAssignment(coursedir=course, config=config, no_database=True)
        converter.log.setLevel(logging.ERROR)
        converter.start()
        return nbformat.read(Path(folder, "release", name, f"{name}.ipynb"), as_version=4)


def settings() -> Config:
    """The settings of nbgrader_config.py."""
    return PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()


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
                    yield f"{_name(cell)}: malformed mark {line.strip()!r}"
            elif (mark["edge"] == "BEGIN") != (open_region is None):
                yield f"{_name(cell)}: unexpected {line.strip()!r}"
            elif mark["edge"] == "END" and mark["region"] != open_region:
                yield f"{_name(cell)}: {line.strip()!r} closes BEGIN {open_region}"
            else:
                open_region = mark["region"] if mark["edge"] == "BEGIN" else None
        if open_region:
            yield f"{_name(cell)}: BEGIN {open_region} is never closed"


def marks_are_in_their_cells(source: NotebookNode) -> Iterator[str]:
    """Solutions stand in answer cells, which have an id, and hidden tests in check cells."""
    homes = {"SOLUTION": "answer", "HIDDEN TESTS": "check"}
    for cell in source.cells:
        for region, home in homes.items():
            if f"BEGIN {region}" in cell.source and kind(cell) != home:
                yield f"{_name(cell)}: {region} marks outside a cell with `:{home}: id`"
    for cell in cells(source, "answer"):
        if "BEGIN SOLUTION" not in cell.source:
            yield f"{_name(cell)}: an answer cell without solution marks"


def points_are_given(source: NotebookNode) -> Iterator[str]:
    """Checks and written answers have points, nothing else has, and they sum to TOTAL_POINTS."""
    total = 0.0
    for cell in source.cells:
        points = cell.metadata.get("nbgrader", {}).get("points")
        if kind(cell) not in ("check", "written"):
            if points is not None:
                yield f"{_name(cell)}: points on a cell that is neither `check` nor `written`"
        elif not isinstance(points, int | float) or points <= 0:
            yield f"{_name(cell)}: a {kind(cell)} cell without points"
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
            yield f"{_name(cell)}: no answer cell {problem(cell.id)!r} above this check"


SOURCE_RULES = [
    ids_are_valid,
    marks_are_well_formed,
    marks_are_in_their_cells,
    points_are_given,
    checks_name_their_problem,
]

# Rules for a release: nothing that students must not see.


def nothing_is_marked(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No solution or hidden-test mark is left, nor an option that the authors' tools read."""
    for cell in release.cells:
        if MARK_LIKE.search(str(cell)):
            yield f"{_name(cell)}: a solution or hidden-test mark is released"


def nothing_is_executed(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No outputs and no execution counts."""
    for cell in release.cells:
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"{_name(cell)}: has outputs"


def every_answer_is_a_stub(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """Every answer cell raises NotImplementedError."""
    for cell in cells(release, "answer"):
        if "raise NotImplementedError" not in cell.source:
            yield f"{_name(cell)}: the stub does not raise NotImplementedError"


def every_check_says_something(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """A check whose lines are all hidden still has a visible comment that says what it is about."""
    for cell in cells(release, "check"):
        if not cell.source.strip():
            yield f"{_name(cell)}: empty once the hidden tests are gone; begin with a comment"


def no_answer_is_shown(release: NotebookNode, source: NotebookNode) -> Iterator[str]:
    """No telling line of an answer and no assertion of a hidden check stands anywhere."""
    shown = {line.strip() for cell in release.cells for line in cell.source.split("\n")}
    for region, what in (("SOLUTION", "an answer"), ("HIDDEN TESTS", "a hidden check")):
        for cell in source.cells:
            for line in region_lines(cell.source, region):
                if line in shown and _is_telling(line, region):
                    yield f"{_name(cell)}: a line of {what} is released: {line!r}"


def _is_telling(line: str, region: str) -> bool:
    if region == "HIDDEN TESTS":
        return line.startswith("assert")
    return len(line) >= TELLING_LENGTH and not line.startswith(("raise ", "import ", "from ", "#"))


def region_lines(text: str, region: str) -> list[str]:
    """The stripped lines of `text` between the marks of `region`."""
    inside, lines = False, []
    for line in text.split("\n"):
        mark = MARK.fullmatch(line)
        if mark:
            inside = mark["edge"] == "BEGIN" and mark["region"] == region
        elif inside and line.strip():
            lines.append(line.strip())
    return lines


RELEASE_RULES = [
    nothing_is_marked,
    nothing_is_executed,
    every_answer_is_a_stub,
    every_check_says_something,
    no_answer_is_shown,
]


def _name(cell: NotebookNode) -> str:
    return f"cell {cell.id} ({first_line(cell)[:40]!r})"


def exercise_path(path: Path) -> Path:
    """Where the exercise for the source at `path` is committed."""
    return Path(path).parents[2] / "exercises" / path.stem / f"{path.stem}.ipynb"


def difference(path: Path) -> str:
    """Unified diff from the committed exercise to a fresh build; "" where it is fresh."""
    target = exercise_path(path)
    old = target.read_text(encoding="utf-8") if target.is_file() else ""
    names = (str(target), f"{target} (built)")
    return "".join(difflib.unified_diff(old.splitlines(True), build(path).splitlines(True), *names))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: build all exercises or those that are named; 1 for `--check` and a stale one."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.build_exercises", description=__doc__.split("\n")[0]
    )
    parser.add_argument("assignment", nargs="*", help="names such as 01_ngrams; all when left out")
    parser.add_argument("--check", action="store_true", help="write nothing, show what is stale")
    options = parser.parse_args(arguments)
    try:
        paths = [path_of(name) for name in options.assignment or assignments(COURSE)]
        stale = {path: text for path in paths if (text := difference(path))}
    except AssignmentError as error:
        sys.exit(f"build_exercises: {error}")
    for path, text in stale.items():
        if options.check:
            print(text)
        else:
            exercise_path(path).parent.mkdir(parents=True, exist_ok=True)
            exercise_path(path).write_text(build(path), encoding="utf-8")
            print(f"built {exercise_path(path)}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
