"""The idioms of `grader/tests/idioms/`, put together to one assignment.

An idiom is a file in the format of `solutions/`: given, answer and check cells as an author writes
them. Cells with `:wrong: id` hold other texts of the answer cell `id`, with
which the idiom's checks must not all pass; `:expects:` is a fragment of what one of them says.

    python -m grader.tests.made_idioms FOLDER     writes a course of all idioms, to try things on
"""

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from nbformat import NotebookNode

from grader.authoring.assignment import cells, problem, read
from grader.authoring.variants import MARKS
from grader.authoring.weave import CELL

FOLDER = Path(__file__).parent / "idioms"
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Idioms

+++ {{"written": "words", "points": {points}}}

A written answer brings the points to 100.

+++

"""


@dataclass(frozen=True)
class Wrong:
    """A wrong text of an answer cell."""

    answer: str  # id of the cell
    expects: str  # fragment of the message of a check that fails
    source: str


@dataclass(frozen=True)
class Idiom:
    """What one file shows."""

    name: str
    text: str  # the cells of the assignment
    wrong: list[Wrong]

    @property
    def answers(self) -> list[str]:
        """Ids of the answer cells."""
        return re.findall(r"^:answer: (\S+)$", self.text, re.MULTILINE)


@cache
def idioms() -> dict[str, Idiom]:
    """All idioms by name."""
    return {path.stem: _parse(path) for path in sorted(FOLDER.glob("*.md"))}


def _parse(path: Path) -> Idiom:
    wrong: list[Wrong] = []

    def cut(match: re.Match) -> str:
        options = yaml.safe_load(re.sub("^:", "", match["options"], flags=re.MULTILINE)) or {}
        if "wrong" not in options:
            return match[0]
        wrong.append(Wrong(options["wrong"], options["expects"], match["body"].strip("\n")))
        return ""

    return Idiom(path.stem, CELL.sub(cut, path.read_text(encoding="utf-8")).strip() + "\n", wrong)


def write_course(folder: Path, *names: str) -> Path:
    """Write a course with one assignment, `idioms`; returns the path of its source."""
    chosen = [idioms()[name] for name in names or idioms()]
    points = sum(idiom.text.count("\n:points: 1\n") for idiom in chosen)
    path = folder / "solutions" / "idioms" / "idioms.md"
    path.parent.mkdir(parents=True)
    head = HEAD.format(points=100 - points)
    path.write_text(head + "\n".join(idiom.text for idiom in chosen), encoding="utf-8")
    return path


def submission(path: Path, *wrong: Wrong) -> NotebookNode:
    """The notebook of a student whose answers are right, except for the wrong ones."""
    notebook, texts = read(path), {w.answer: w.source for w in wrong}
    for cell in cells(notebook, "answer"):
        cell.source = texts.get(cell.id, MARKS.sub("", cell.source))
    return notebook


def exercise(path: Path) -> NotebookNode:
    """What students get, with the plainest of stubs."""
    notebook = read(path)
    for cell in cells(notebook, "answer"):
        cell.source = "raise NotImplementedError"
    return notebook


def rounds() -> list[list[Wrong]]:
    """Every wrong answer once: of each idiom at most one in each round."""
    longest = max(len(idiom.wrong) for idiom in idioms().values())
    return [[i.wrong[n] for i in idioms().values() if n < len(i.wrong)] for n in range(longest)]


def checks_of(path: Path, answer: str) -> list[str]:
    """Ids of the checks of an answer cell."""
    return [c.id for c in cells(read(path), "check") if problem(c.id) == answer]


if __name__ == "__main__":
    print(write_course(Path(sys.argv[1])))
