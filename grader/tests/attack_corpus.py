'''The cheats of `grader/tests/attacks/`: what a file says, and what became of a cheat.

A file is one cheat, a docstring header and then the code that a student hands in:

    """aims at: the names of the check, through the caller's frame
    cell: tally
    worth: 0
    """

- `aims at` (needed): one sentence on what the cheat tries.
- `cell` (needed): the id of the answer cell that gets the code. `before X` and `after X` put it
  into a cell of the student's own beside cell X; the answer of the problem then returns nothing.
  With `notebook X` the code is run by the test and defines `change(notebook)`, which edits the
  file that is handed in; X is the problem that it aims at.
- `worth` (needed): the points that the work deserves.
- `course`: a course of `tests/data` (default: `demo`); `austen`, which is assignment 1; `ngrams` or
  `sampling`, its first five or six problems.
- `rest: own loss`: the cheat breaks its author's later answers, so they may earn less.
- `time: slow`: takes more than some seconds.
- `stock: no`: unsafe outside a sandbox; never run with nbgrader. Nor is a cheat that names the
  modules of the split engine.

@COURSE@, @ASSIGNMENT@, @PORT@ (of a listener on this machine) and @LEAK@ (a folder that everybody
can write) are filled in. Every cheat works on a copy of a course, with a class in it.
'''

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from grader.authoring.assignment import problem

FOLDER = Path(__file__).parent / "attacks"
HEADER = re.compile(r"^([a-z ]+):[ \t]*(.+?)[ \t]*$", re.MULTILINE)
ENGINE = "grader.engine"
KEYS = {"aims at", "cell", "worth", "course", "rest", "stock", "time"}


@dataclass(frozen=True)
class Attack:
    """One cheat."""

    name: str
    aim: str
    cell: str  # id of a cell
    place: str  # "answer", "before", "after" or "notebook"
    worth: float  # points that the work deserves
    course: str
    source: str
    own_loss: bool = False
    stock: bool = True
    slow: bool = False

    @property
    def problem(self) -> str:
        """The problem whose points it wants."""
        return problem(self.cell)


@dataclass
class Outcome:
    """What a cheat got."""

    name: str
    earned: dict[str, float] = field(default_factory=dict)  # points by problem
    deserved: dict[str, float] = field(default_factory=dict)
    harm: list[str] = field(default_factory=list)  # what it leaked or damaged
    fault: str = ""  # why it was not graded

    @property
    def undeserved(self) -> float:
        """Points above what the work is worth."""
        return sum(max(0.0, self.earned.get(p, 0.0) - due) for p, due in self.deserved.items())

    @property
    def lost(self) -> float:
        """Points below what the work is worth."""
        return sum(max(0.0, due - self.earned.get(p, 0.0)) for p, due in self.deserved.items())

    @property
    def kind(self) -> str:
        """`undeserved points`, `harm`, `own run destroyed` or `no gain`."""
        if self.undeserved:
            return "undeserved points"
        if self.harm:
            return "harm"
        return "own run destroyed" if self.fault or self.lost else "no gain"


def attacks(*courses: str) -> list[Attack]:
    """The cheats of the courses, or all, sorted by name."""
    found = [parse(file) for file in sorted(FOLDER.glob("*.py"))]
    return [attack for attack in found if not courses or attack.course in courses]


def parse(file: Path) -> Attack:
    """The cheat in `file`; ValueError where its header is not as described above."""
    text = file.read_text(encoding="utf-8")
    module = ast.parse(text, filename=str(file))
    header = dict(HEADER.findall(ast.get_docstring(module) or ""))
    if {"aims at", "cell", "worth"} - set(header) or set(header) - KEYS:
        raise ValueError(f"{file}: the header has the lines {sorted(header)}")
    place, _, cell = header["cell"].rpartition(" ")
    return Attack(
        name=file.stem,
        aim=header["aims at"],
        cell=cell,
        place=place or "answer",
        worth=float(header["worth"]),
        course=header.get("course", "demo"),
        source="\n".join(text.split("\n")[module.body[0].end_lineno :]).strip("\n"),
        own_loss=header.get("rest") == "own loss",
        stock=header.get("stock") != "no" and ENGINE not in text,
        slow=header.get("time") == "slow",
    )
