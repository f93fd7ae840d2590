"""Rebuild what a student handed in from the released notebook and the student's own answers.

Only the text of answer cells and of the student's additional cells is taken. Check cells, points
and metadata come from the release, so that a deleted, copied, moved or edited cell costs nothing
but its own answer. The release's free text cells may be edited by students and travel as theirs.
HTML and links in a student's Markdown would act in the browser of whoever reads it, with that
person's rights in Jupyter: they become text.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tools.assignment import grade_id, kind

# What begins a tag (but not a comment or the fold of a hint), a link or a picture.
LIVE = re.compile(r"<(?=[A-Za-z/!?])(?!!-- [^<>]* -->|/?(?:details|summary)>)|\](?=[(:])")
TOO_BIG = 250_000_000  # bytes of one file; a notebook takes several times its size in memory


class Broken(Exception):
    """A submission that cannot be graded; the message says why, in words for the student."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook at `path`, in the present format; Broken where it is none."""
    if path.stat().st_size > TOO_BIG:
        raise Broken(
            f"the file has more than {TOO_BIG // 10**6} MB: clear all outputs, save, hand in again"
        )
    data = path.read_bytes()
    if not data.strip():
        raise Broken(
            f"the file is empty ({len(data)} bytes): save the notebook, then hand it in again"
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise Broken(
            "the file is not a notebook (it is not JSON): hand in the .ipynb file itself"
        ) from None
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise Broken("the file is not a notebook: it has no cells")
    try:
        notebook = nbformat.convert(nbformat.from_dict(content), to_version=4)
        notebook.cells = [cell for cell in notebook.cells if isinstance(cell, dict)]
    except Exception as error:  # the format's own code fails in many ways on damaged files
        raise Broken(f"the notebook is damaged ({type(error).__name__}: {error})") from None
    return notebook


def restore(released: NotebookNode, handed_in: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The submission to grade, and notes on what differed; Broken where no known cell is found."""
    known = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    answers, extras, notes = _sort_out(known, handed_in)
    own = {cell.source for cell in released.cells}
    for cell in (extra for cells in extras.values() for extra in cells):
        if cell.cell_type != "code" and cell.source not in own:
            cell.source = defused(cell.source)
    if not set(extras) - {None}:
        raise Broken("this is another notebook: none of the assignment's cells is in it")
    notes += _note("missing cells were put back", [name for name in known if name not in extras])
    notebook = copy.deepcopy(released)
    notebook.cells = extras.get(None, [])
    for name, cell in copy.deepcopy(known).items():
        answer = answers.get(name, cell.source)
        cell.source = defused(answer) if kind(cell) == "written" else answer
        notebook.cells += [cell, *extras.get(name, [])]
    for index, cell in enumerate(notebook.cells):
        cell.id = grade_id(cell) or f"extra-{index:03d}"
    return notebook, notes


def defused(markdown: str) -> str:
    """The text with a space in whatever would begin an HTML tag, a link or a picture.

    >>> defused("a < b, <img src=x> and [a link](http://example.org)")
    'a < b, < img src=x> and [a link] (http://example.org)'
    """
    return LIVE.sub(r"\g<0> ", markdown)


def _sort_out(known: dict[str, NotebookNode], handed_in: NotebookNode) -> tuple[dict, dict, list]:
    """Answers by id, other cells by the id of the known cell that they follow, and notes."""
    answers: dict[str, str] = {}
    extras: dict[str | None, list[NotebookNode]] = {}
    copied, changed, anchor = [], [], None
    for cell in handed_in.cells:
        name, text = _claimed_id(cell), _text(cell)
        if name not in known:
            extras.setdefault(anchor, []).append(_free_cell(cell.get("cell_type"), text))
            continue
        anchor = name
        if kind(known[name]) in ("answer", "written"):
            if name in answers:
                copied.append(name)
                extras[name].append(_free_cell(known[name].cell_type, answers[name]))
            answers[name] = text
        elif text != known[name].source:
            changed.append(name)
        extras.setdefault(name, [])
    notes = _note("cells stood more than once, the last one counted", copied)
    return answers, extras, notes + _note("changes outside the answers were ignored", changed)


def _note(what: str, names: list[str]) -> list[str]:
    """One note for all the cells to which the same happened."""
    return [f"{what}: {', '.join(dict.fromkeys(names))}"] if names else []


def _claimed_id(cell: Any) -> str | None:
    """The grade id in a student's cell, whose metadata may be anything."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def _text(cell: Any) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _free_cell(cell_type: Any, text: str) -> NotebookNode:
    """A cell without outputs and without metadata."""
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    return makers.get(cell_type, nbformat.v4.new_raw_cell)(text)
