"""Read `solutions/<a>/<a>.md`: a MyST notebook in which one word says what a graded cell is.

    cell                                     options
    ---------------------------------------  ------------------------------------------------
    code that students cannot change         :given: setup
    code that students write                 :answer: kneser_ney
      and calls that the report looks for    :forbidden: [numpy.unique, .sort, sorted]
    assertions that earn points              :check: kneser_ney-sums-to-one   and  :points: 6
    text that students write, marked by hand +++ {"written": "essay", "points": 10}

The word's value is the cell's id (nbgrader's `grade_id`): small letters, digits, `_` and `-`. A
check belongs to the problem that its id names before the first `-`, and stands below that answer;
what it may not do to be graded apart from the answers is in `grader/authoring/split.py`.
Every other cell is free text or code. `read` spells the words out as nbgrader's metadata, folds
the checks, and gives every cell a stable id.

A course is a folder with `solutions/`, `exercises/` and `gradebook/`: this repository, or the
folder that the environment variable MINILLM_COURSE names.
"""

import copy
import functools
import os
from collections.abc import Iterator
from pathlib import Path

import jupytext
from nbformat import NotebookNode

KINDS = {
    "given": {"grade": False, "solution": False, "locked": True},
    "answer": {"grade": False, "solution": True, "locked": False},
    "check": {"grade": True, "solution": False, "locked": True},
    "written": {"grade": True, "solution": True, "locked": False},
}
AUTHORS_OPTIONS = (*KINDS, "points", "weave", "blank")
BANNER = (
    "<!-- Built by `python -m grader.authoring.build_exercises` from solutions/{name}/{name}.md; "
    "changes belong there. -->"
)


class AssignmentError(Exception):
    """An assignment's source, or what was built from it, breaks a rule."""


def course_folder() -> Path:
    """The folder of the course: the named one, or the nearest around the current folder.

    A course has a folder `solutions` or a file `nbgrader_config.py`.
    """
    if named := os.environ.get("MINILLM_COURSE"):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "solutions").is_dir() or (folder / "nbgrader_config.py").is_file():
            return folder
    return here


def path_of(name: str, course: Path) -> Path:
    """Path of the source of the assignment `name`, for example `01_ngrams`."""
    path = course / "solutions" / name / f"{name}.md"
    if not path.is_file():
        known = ", ".join(assignments(course)) or "none"
        raise AssignmentError(f"no assignment {name!r}: {path} is missing (known: {known})")
    return path


def assignments(course: Path) -> list[str]:
    """Names of all assignments of a course, in the order in which they are taught."""
    found = (course / "solutions").glob("*/*.md")
    return sorted(path.stem for path in found if path.stem == path.parent.name)


def read(path: Path) -> NotebookNode:
    """The solution notebook at `path`, with nbgrader's metadata and stable cell ids."""
    path = Path(path)
    return copy.deepcopy(_notebook(path.read_text(encoding="utf-8"), path.stem))


@functools.lru_cache(maxsize=8)
def _notebook(text: str, name: str) -> NotebookNode:
    """The notebook that `text` says, kept: reading takes fifty times as long as copying."""
    notebook = jupytext.reads(text, "md:myst")
    for index, cell in enumerate(notebook.cells):
        spell_out(cell)
        cell.id = grade_id(cell) or f"cell-{index:03d}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    banner = BANNER.format(name=name)
    notebook.cells[0].source = f"{banner}\n\n{notebook.cells[0].source}"
    return notebook


def spell_out(cell: NotebookNode) -> None:
    """Replace the authors' options of `cell` by the nbgrader metadata that they stand for."""
    kinds = [kind for kind in KINDS if kind in cell.metadata]
    if len(kinds) > 1:
        raise AssignmentError(f"a cell is {' and '.join(kinds)} at once: {first_line(cell)!r}")
    options = {key: cell.metadata.pop(key) for key in AUTHORS_OPTIONS if key in cell.metadata}
    for kind in kinds:
        cell.metadata["nbgrader"] = {
            **KINDS[kind],
            "grade_id": str(options[kind]),
            "schema_version": 3,
            "task": False,
        }
    if "check" in kinds:
        cell.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab folds the cell's text
    if "points" in options:
        cell.metadata.setdefault("nbgrader", {})["points"] = options["points"]


def grade_id(cell: NotebookNode) -> str | None:
    """The id under which nbgrader knows `cell`, or None for a free cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def kind(cell: NotebookNode) -> str | None:
    """One of `given`, `answer`, `check`, `written`, or None for a free cell."""
    marks = cell.metadata.get("nbgrader", {})
    found = (k for k, flags in KINDS.items() if flags.items() <= marks.items())
    return next(found, None)


def cells(notebook: NotebookNode, *kinds: str) -> Iterator[NotebookNode]:
    """The cells of `notebook` that are of one of the `kinds`."""
    return (cell for cell in notebook.cells if kind(cell) in kinds)


def problem(check_id: str) -> str:
    """The problem to which a check belongs: its id up to the first `-`."""
    return check_id.split("-")[0]


def first_line(cell: NotebookNode) -> str:
    """The first line of a cell's text, to name the cell in a message."""
    return cell.source.strip().split("\n")[0]


def label(cell: NotebookNode) -> str:
    """A cell's id and first line, to begin a message with."""
    return f"cell {cell.id} ({first_line(cell)[:40]!r})"
