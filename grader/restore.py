"""Rebuild what a student handed in from the released notebook and the student's own answers.

Only the text of answer cells and of the student's additional cells is taken. Check cells, points
and metadata come from the release, so that a deleted, copied, moved or edited cell costs nothing
but its own answer. An answer is known by the id in its cell's metadata and by what it defines: a
cell whose metadata is lost, or holds another cell's id, still counts. The release's free text
cells may be edited by students and travel as theirs. HTML and links in a student's Markdown would
act in the browser of whoever reads it, with that person's rights in Jupyter: they become text.
To rebuild what was rebuilt changes nothing.
"""

import ast
import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from nbformat import NotebookNode

from grader.authoring.assignment import grade_id, kind
from grader.reading import Broken, HandedCell, HandedIn

# What begins a tag (but not a comment or the fold of a hint), a link or a picture.
LIVE = re.compile(r"<(?=[A-Za-z/!?])(?!!-- [^<>]* -->|/?(?:details|summary)>)|\](?=[(:])")
DEFINED = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+)(?: *:[^=\n]*)? *=(?!=)", re.M)
ANSWERS = ("answer", "written")
EMPTY = NotebookNode(metadata={})
LEAST_WORDS = 5  # of a cell that may be a written answer, far from where it belongs


@dataclass
class Sorted:
    """A student's cells, sorted."""

    answers: dict[str, HandedCell] = field(default_factory=dict)  # by id
    # By the id that they follow.
    extras: dict[str | None, list[HandedCell]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # locked cells with another text
    copied: list[str] = field(default_factory=list)  # answers that stood more than once
    beside: list[str] = field(default_factory=list)  # written answers that stood in another cell
    elsewhere: list[str] = field(default_factory=list)  # that may stand in a cell far away


def restore(
    released: NotebookNode, handed_in: HandedIn, earlier: Sequence[NotebookNode] = ()
) -> tuple[NotebookNode, list[str]]:
    """The submission to grade, and notes on what differed; Broken where it is another notebook.

    The student may have had one of the `earlier` releases: it is compared with that one.
    """
    had = max([released, *earlier], key=lambda version: _in_common(version, handed_in.cells))
    known = {name: cell for cell in released.cells if (name := grade_id(cell))}
    cells = handed_in.cells if had is released else list(_updated(handed_in.cells, had, known))
    own = {cell.source for version in (released, had) for cell in version.cells}
    found = _sort(known, cells, _choose(had, own, known, cells))
    if all(kind(known[name]) == "given" for name in found.extras if name):
        raise Broken(_another(handed_in.cells))
    _find_written(known, found, own)
    notebook = copy.copy(released)
    notebook.cells = [_free_cell(cell, own) for cell in found.extras.get(None, [])]
    place = 0  # behind the last cell of the release
    for name, cell in known.items():
        filled = _filled(cell, found.answers.get(name))
        if kind(cell) == "answer" and name not in found.extras:
            # The student's own cells come after it: one of them may hold the answer.
            notebook.cells.insert(place, filled)
            place += 1
        else:
            notebook.cells.append(filled)
            place = len(notebook.cells)
        notebook.cells += [_free_cell(c, own) for c in found.extras.get(name, [])]
    for index, cell in enumerate(notebook.cells):
        cell.id = grade_id(cell) or f"extra-{index:03d}"
    return notebook, handed_in.notes + _notes(known, found)


def _in_common(version: NotebookNode, cells: Sequence[HandedCell]) -> int:
    texts = {cell.text for cell in cells}
    return sum(cell.source in texts for cell in version.cells)


def _updated(
    cells: Sequence[HandedCell], had: NotebookNode, known: Mapping[str, NotebookNode]
) -> Iterator[HandedCell]:
    """The cells with what the student left as released in the words of today's release."""
    theirs = {name: cell for cell in had.cells if (name := grade_id(cell))}
    by_text = {cell.source: name for name, cell in theirs.items()}
    for cell in cells:
        name = by_text.get(cell.text)
        if name and name in known:
            yield replace(cell, text=known[name].source, claims=name)
        elif cell.claims in known or not _is_locked(theirs.get(name or cell.claims or "", EMPTY)):
            yield cell  # all but a check that is not there any more


def _is_locked(cell: NotebookNode) -> bool:
    return kind(cell) in ("given", "check")


def defused(markdown: str) -> str:
    """The text with a space in whatever would begin an HTML tag, a link or a picture.

    >>> defused("a < b, <img src=x> and [a link](http://example.org)")
    'a < b, < img src=x> and [a link] (http://example.org)'
    """
    return LIVE.sub(r"\g<0> ", markdown)


def _choose(
    had: NotebookNode,
    own: Collection[str],
    known: Mapping[str, NotebookNode],
    cells: Sequence[HandedCell],
) -> dict[int, str]:
    """Which cell is which answer: ids of answers by index."""
    chosen: dict[int, str] = {}
    answers = {name: cell for name, cell in known.items() if kind(cell) in ANSWERS}
    before = _texts_before(had)
    for written in (True, False):  # a stub counts where nothing else does
        for way in (_by_both, _by_text, _by_claim):
            for name, cell in answers.items():
                if name not in chosen.values():
                    free = {i: c for i, c in enumerate(cells) if i not in chosen}
                    mine = way(name, cell, free, own, before.get(name))
                    mine = [i for i in mine if _is_written(cells[i], cell) == written]
                    chosen |= {mine[-1]: name} if mine else {}  # of several the last counts
    return chosen


def _is_written(cell: HandedCell, stub: NotebookNode) -> bool:
    """Whether somebody has written into a cell that was released as `stub`."""
    return cell.text.strip() not in ("", stub.source.strip())


def _texts_before(had: NotebookNode) -> dict[str | None, str]:
    """The text, without its line breaks, that stands before each cell of a release."""
    pairs = zip(had.cells, had.cells[1:], strict=False)
    return {grade_id(cell): _squeezed(before.source) for before, cell in pairs}


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _by_both(name: str, cell: NotebookNode, free: dict[int, HandedCell], *_: object) -> list[int]:
    """Cells that hold the answer's id and define what it defines."""
    wanted = _defined(cell.source, imports=False) if kind(cell) == "answer" else set()
    return [
        i for i, c in free.items() if c.claims == name and (not wanted or wanted & _defined(c.text))
    ]


def _by_text(
    name: str,
    cell: NotebookNode,
    free: dict[int, HandedCell],
    own: Collection[str],
    before: str | None,
) -> list[int]:
    """Cells that define the same, or that follow the text which the written answer follows."""
    theirs = {i: c for i, c in free.items() if c.text == cell.source or c.text not in own}
    if kind(cell) == "answer":
        wanted = _defined(cell.source, imports=False)
        return [i for i, c in theirs.items() if wanted & _defined(c.text)]
    return [i for i in theirs if i - 1 in free and _squeezed(free[i - 1].text) == before]


def _by_claim(name: str, _: NotebookNode, free: dict[int, HandedCell], *__: object) -> list[int]:
    """Cells that hold the answer's id, whatever is in them."""
    return [i for i, c in free.items() if c.claims == name]


def _defined(code: str, imports: bool = True) -> set[str]:
    """The names that `code` binds outside of functions; as its lines show, if it is no Python."""
    try:
        body: list[ast.AST] = list(ast.parse(code).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {name for pair in DEFINED.findall(code) for name in pair} - {""}
    names: set[str] = set()
    while body:
        node = body.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {a.asname or a.name.split(".")[0] for a in node.names} if imports else set()
        else:
            names |= {node.id} if isinstance(node, ast.Name) and _is_bound(node) else set()
            body += ast.iter_child_nodes(node)
    return names


def _is_bound(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _find_written(known: Mapping[str, NotebookNode], found: Sorted, own: Collection[str]) -> None:
    """Take what was written beside a written answer's cell; note what may be one elsewhere."""
    given = {_squeezed(text) for text in own}
    before = dict(zip(known, [None, *known], strict=False))
    for name, cell in known.items():
        answer = found.answers.get(name)
        if kind(cell) != "written" or (answer and _is_written(answer, cell)):
            continue
        for anchor in (name, before[name]):
            cells = found.extras.get(anchor, [])
            if words := [c for c in cells if _squeezed(c.text) not in given and _is_prose(c)]:
                text = "\n\n".join(each.text for each in words)
                found.answers[name] = HandedCell("markdown", text, name)
                found.extras[anchor] = [c for c in cells if c not in words]
                found.beside.append(name)
                break
        else:
            everything = [c for cells in found.extras.values() for c in cells if _is_prose(c)]
            texts = {_squeezed(each.text) for each in everything} - given
            if any(len(text.split()) >= LEAST_WORDS for text in texts):
                found.elsewhere.append(name)


def _is_prose(cell: HandedCell) -> bool:
    """Whether a cell holds words: text, or code of comments, strings and `print` of them alone."""
    if cell.cell_type != "code" or not cell.text.strip():
        return bool(cell.text.strip())
    try:
        body = ast.parse(cell.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return not re.search(r"^\s*(?:[%!]|def |import |from |for |if |\w+ *=)", cell.text, re.M)
    return all(
        isinstance(node, ast.Expr | ast.Assign)
        and all(isinstance(leaf.value, str) for leaf in _constants(node.value))
        and not any(isinstance(part, ast.BinOp | ast.Attribute) for part in ast.walk(node.value))
        and any(True for _ in _constants(node.value))
        for node in body
    )


def _constants(node: ast.AST) -> Iterator[ast.Constant]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Constant))


def _sort(
    known: Mapping[str, NotebookNode], cells: Sequence[HandedCell], chosen: Mapping[int, str]
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
    known: Mapping[str, NotebookNode], by_text: Mapping[str, str], cell: HandedCell
) -> str | None:
    """The id of the locked cell that `cell` is, by its own id or by its text."""
    claimed = known.get(cell.claims or "")
    locked = claimed is not None and kind(claimed) not in ANSWERS
    return cell.claims if locked else by_text.get(cell.text)


def _filled(cell: NotebookNode, answer: HandedCell | None) -> NotebookNode:
    """A cell of the release, with the student's text where it is an answer."""
    cell = copy.deepcopy(cell)
    if answer:
        written = kind(cell) == "written"
        cell.source = defused(answer.text) if written else answer.text
    return cell


def _free_cell(cell: HandedCell, own: Collection[str]) -> NotebookNode:
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
        "text beside the cell was taken as the written answer": found.beside,
        "nothing is written here, but in cells of your own: tell your instructor": found.elsewhere,
        "missing cells were put back": [name for name in known if name not in found.extras],
    }
    return [f"{what}: {', '.join(dict.fromkeys(ids))}" for what, ids in lists.items() if ids]


def _another(cells: Sequence[HandedCell]) -> str:
    """The reason for a notebook that has nothing of the assignment, with how it begins."""
    start = next((cell.text.strip() for cell in cells if cell.text.strip()), "")
    lines = [line for line in start.split("\n") if line.strip() and not line.startswith("<!--")]
    shown = f" (it begins: {lines[0][:60]!r})" if lines else ""
    return f"this is another notebook{shown}: none of the assignment's cells is in it"
