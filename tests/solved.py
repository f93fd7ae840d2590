"""Solved notebooks, as a student has them: the solutions without their hidden checks."""

import copy
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import course_folder, kind, path_of, read
from grader.authoring.rules import without_hidden


@cache
def _solved(assignment: str) -> NotebookNode:
    notebook = read(path_of(assignment, course_folder()))
    for cell in notebook.cells:
        if kind(cell) == "check":
            cell.source = without_hidden(cell.source)
    return notebook


def write(folder: Path, assignment: str, **changes: tuple[str, str]) -> Path:
    """Write a solved notebook; `changes` replace a text in the answer of that id."""
    notebook = copy.deepcopy(_solved(assignment))
    for cell in notebook.cells:
        if cell.id in changes:
            old, new = changes[cell.id]
            assert old in cell.source, f"{cell.id} has no {old!r}"
            cell.source = cell.source.replace(old, new)
    path = folder / f"{assignment}.ipynb"
    nbformat.write(notebook, path)
    return path
