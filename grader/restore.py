"""Rebuild what a student handed in from the released notebook and the student's own answers.

Only the text of answer cells and of the student's additional cells is taken. Check cells, points
and metadata come from the release, so that a deleted, copied, moved or edited cell costs nothing
but its own answer. An answer is known by the id in its cell's metadata and by what it defines: a
cell whose metadata is lost, or holds another cell's id, still counts. The release's free text
cells may be edited by students and travel as theirs. HTML and links in a student's Markdown would
act in the browser of whoever reads it, with that person's rights in Jupyter: they become text.
To rebuild what was rebuilt changes nothing.
"""

import copy
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from nbformat import NotebookNode

from grader.authoring.assignment import grade_id, kind
from grader.reading import Broken, Cell, Handed

# What begins a tag (but not a comment or the fold of a hint), a link or a picture.
LIVE = re.compile(r"<(?=[A-Za-z/!?])(?!!-- [^<>]* -->|/?(?:details|summary)>)|\](?=[(:])")
DEFINED = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+)(?: *:[^=\n]*)? *=(?!=)", re.M)
ANSWERS = ("answer", "written")


@dataclass
class Sorted:
    """A student's cells, sorted."""

    answers: dict[str, Cell] = field(default_factory=dict)  # by id
    extras: dict[str | None, list[Cell]] = field(default_factory=dict)  # by the id that they follow
    changed: list[str] = field(default_factory=list)  # locked cells with another text
    copied: list[str] = field(default_factory=list)  # answers that stood more than once


def restore(released: NotebookNode, handed_in: Handed) -> tuple[NotebookNode, list[str]]:
    """The submission to grade, and notes on what differed; Broken where it is another notebook."""
    known = {name: cell for cell in released.cells if (name := grade_id(cell))}
    chosen = _choose(released, known, handed_in.cells)
    found = _sort(known, handed_in.cells, chosen)
    if all(kind(known[name]) == "given" for name in found.extras if name):
        raise Broken(_another(handed_in.cells))
    notebook = copy.copy(released)
    own = {cell.source for cell in released.cells}
    notebook.cells = [_free_cell(cell, own) for cell in found.extras.get(None, [])]
    for name, cell in known.items():
        notebook.cells.append(_filled(cell, found.answers.get(name)))
        notebook.cells += [_free_cell(c, own) for c in found.extras.get(name, [])]
    for index, cell in enumerate(notebook.cells):
        cell.id = grade_id(cell) or f"extra-{index:03d}"
    return notebook, handed_in.notes + _notes(known, found)


def defused(markdown: str) -> str:
    """The text with a space in whatever would begin an HTML tag, a link or a picture.

    >>> defused("a < b, <img src=x> and [a link](http://example.org)")
    'a < b, < img src=x> and [a link] (http://example.org)'
    """
    return LIVE.sub(r"\g<0> ", markdown)


def _choose(
    released: NotebookNode, known: Mapping[str, NotebookNode], cells: Sequence[Cell]
) -> dict[int, str]:
    """Which cell is which answer: ids of answers by index."""
    chosen: dict[int, str] = {}
    answers = {name: cell for name, cell in known.items() if kind(cell) in ANSWERS}
    ways = (_by_both, _by_text, _by_claim)
    for way in ways:
        for name, cell in answers.items():
            if name not in chosen.values():
                free = {i: c for i, c in enumerate(cells) if i not in chosen}
                mine = way(name, cell, free, released)
                # Of several the last counts, but not a copy that nobody has written into.
                best = max([(cells[i].text != cell.source, i) for i in mine], default=(False, -1))
                chosen |= {best[1]: name} if mine else {}
    return chosen


def _by_both(name: str, cell: NotebookNode, free: dict[int, Cell], _: object) -> list[int]:
    """Cells that hold the answer's id and define what it defines."""
    wanted = _defined(cell.source) if kind(cell) == "answer" else set()
    return [
        i for i, c in free.items() if c.claims == name and (not wanted or wanted & _defined(c.text))
    ]


def _by_text(
    name: str, cell: NotebookNode, free: dict[int, Cell], released: NotebookNode
) -> list[int]:
    """Cells that define the same, or that follow the text which the written answer follows."""
    sources = [each.source for each in released.cells]
    theirs = {i: c for i, c in free.items() if c.text == cell.source or c.text not in sources}
    if kind(cell) == "answer":
        wanted = _defined(cell.source)
        return [i for i, c in theirs.items() if wanted & _defined(c.text)]
    before = sources[[grade_id(each) for each in released.cells].index(name) - 1]
    return [i for i in theirs if i - 1 in free and free[i - 1].text == before]


def _by_claim(name: str, _: NotebookNode, free: dict[int, Cell], __: object) -> list[int]:
    """Cells that hold the answer's id, whatever is in them."""
    return [i for i, c in free.items() if c.claims == name]


def _defined(code: str) -> set[str]:
    """The names that `code` defines at its top level, as far as its lines show."""
    return {name for pair in DEFINED.findall(code) for name in pair} - {""}


def _sort(
    known: Mapping[str, NotebookNode], cells: Sequence[Cell], chosen: Mapping[int, str]
) -> Sorted:
    """Answers, and the other cells by the known cell that they follow."""
    found, anchor = Sorted(), cast(str | None, None)
    locked = {cell.source: name for name, cell in known.items() if kind(cell) not in ANSWERS}
    for index, cell in enumerate(cells):
        name = chosen.get(index) or _locked(known, locked, cell)
        if name is None:
            claimed = known.get(cell.claims or "")
            found.copied += [str(cell.claims)] if claimed else []
            if claimed is None or cell.text != claimed.source:
                found.extras.setdefault(anchor, []).append(cell)
            continue
        if index in chosen:
            found.answers[name] = cell
        elif cell.text.rstrip() != known[name].source.rstrip():
            found.changed.append(name)
        anchor = name
        found.extras.setdefault(anchor, [])
    return found


def _locked(
    known: Mapping[str, NotebookNode], by_text: Mapping[str, str], cell: Cell
) -> str | None:
    """The id of the locked cell that `cell` is, by its own id or by its text."""
    claimed = known.get(cell.claims or "")
    locked = claimed is not None and kind(claimed) not in ANSWERS
    return cell.claims if locked else by_text.get(cell.text)


def _filled(cell: NotebookNode, answer: Cell | None) -> NotebookNode:
    """A cell of the release, with the student's text where it is an answer."""
    cell = copy.deepcopy(cell)
    if answer:
        written = kind(cell) == "written"
        cell.source = defused(answer.text) if written else answer.text
    return cell


def _free_cell(cell: Cell, own: Collection[str]) -> NotebookNode:
    """A cell without outputs and metadata; Markdown that is not the release's is defused."""
    text = cell.text if cell.cell_type == "code" or cell.text in own else defused(cell.text)
    free = NotebookNode(cell_type=cell.cell_type, metadata=NotebookNode(), source=text)
    if cell.cell_type == "code":
        free.update(execution_count=None, outputs=[])
    return free


def _notes(known: Mapping[str, NotebookNode], found: Sorted) -> list[str]:
    """What was put right, one note for all the cells to which the same happened."""
    answers = found.answers.items()
    lists = {
        "cells stood more than once, the last one counted": found.copied,
        "changes outside the answers were ignored": found.changed,
        "cells had lost their id and were known by what they hold": [
            name for name, cell in answers if cell.claims != name
        ],
        "cells had another type (code or Markdown), their text was taken": [
            name for name, cell in answers if cell.cell_type != known[name].cell_type
        ],
        "pictures in written answers were left out": [
            name for name, cell in answers if cell.pictures and kind(known[name]) == "written"
        ],
        "missing cells were put back": [name for name in known if name not in found.extras],
    }
    return [f"{what}: {', '.join(dict.fromkeys(ids))}" for what, ids in lists.items() if ids]


def _another(cells: Sequence[Cell]) -> str:
    """The reason for a notebook that has nothing of the assignment, with how it begins."""
    start = next((cell.text.strip() for cell in cells if cell.text.strip()), "")
    lines = [line for line in start.split("\n") if line.strip() and not line.startswith("<!--")]
    shown = f" (it begins: {lines[0][:60]!r})" if lines else ""
    return f"this is another notebook{shown}: none of the assignment's cells is in it"
