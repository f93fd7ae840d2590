"""What students wrote: the answers and further code cells of the submissions to an assignment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode, from_dict

from grader import journal
from grader.authoring.assignment import grade_id, kind
from grader.course import Course


@dataclass
class StudentCode:
    """The code of one submission."""

    student: str
    cells: dict[str, str] = field(default_factory=dict)  # source of the answer cells, by id
    own: list[str] = field(default_factory=list)  # of the student's further code cells


def answers(course: Course, assignment: str) -> Iterator[StudentCode]:
    """The code of every submission that can be read, sorted by student."""
    for student in journal.latest(course, assignment):
        path = course.submitted(assignment, student)
        if path.is_file():
            cells = json.loads(path.read_bytes())["cells"]
            yield of_notebook(student, from_dict({"cells": cells}))


def of_notebook(student: str, notebook: NotebookNode) -> StudentCode:
    """The code of a notebook whose cells have the release's metadata."""
    found = StudentCode(student)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = "".join(cell.source)
            if kind(cell) == "answer":
                found.cells[str(grade_id(cell))] = source
            elif kind(cell) is None:
                found.own.append(source)
    return found
