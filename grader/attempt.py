"""What the engine is given, and what it says: the words that all of `grading/` shares.

`Job` names a submission, `Limits` what it may use, and an `Attempt` is everything that is known
after it was graded once. All three are plain data and travel as JSON.
"""

import dataclasses
import os
from dataclasses import dataclass, field
from typing import Any, Literal, Self

MOST_CROWDED = 4.0  # times the time that a quiet machine gives


@dataclass(frozen=True)
class Limits:
    """What a submission may use."""

    cell_s: float = 30.0  # of one cell, and of all calls that one check makes
    submission_s: float = 300.0  # of all cells together
    memory_mb: int = 2048  # beyond what the warm interpreter has
    file_mb: int = 64  # of one file in the scratch folder
    scratch_mb: int = 256  # of all files there
    text: int = 100_000  # characters that one cell may print

    def under_load(self) -> Self:
        """With more time where more processes want to run than there are cores.

        The work of a cell then takes as many times longer, and that is no fault of its author.
        Processor time has a limit of its own, which does not move: nobody gains by making load.
        """
        crowd = os.getloadavg()[0] / (os.cpu_count() or 1)
        factor = min(max(1.0, crowd), MOST_CROWDED)
        cell_s, submission_s = (round(s * factor, 1) for s in (self.cell_s, self.submission_s))
        return dataclasses.replace(self, cell_s=cell_s, submission_s=submission_s)


@dataclass(frozen=True)
class Job:
    """A submission to grade."""

    assignment: str
    student: str
    number: int = 1  # of the attempt: 1, 2, ... for one student and assignment
    submission: str = ""  # sha256 of the notebook that is meant; "": whatever lies there


CheckStatus = Literal[
    "passed",
    "failed",  # an assertion of the check did not hold
    "error",  # the check met another error, mostly one that the answer raised
    "timeout",  # a call took longer than its cell may run
    "died",  # a call ended the student's process: a crash, an exit, too much memory
]


@dataclass
class CheckResult:
    """How one check cell ended."""

    id: str
    points: float
    earned: float = 0.0
    status: CheckStatus = "passed"
    error: str = ""  # name of the exception, for example "AssertionError"
    message: str = ""  # its text
    hidden: bool = False  # it was met in a hidden region
    students: bool = False  # the student's own code raised it: its text may be anything
    line: int = 0  # of the check cell's source, from 1; 0: unknown
    seconds: float = 0.0


@dataclass
class CellResult:
    """How one of the student's cells ended: an answer, or a cell of their own."""

    id: str
    status: Literal["ok", "error", "timeout", "died"] = "ok"
    error: str = ""
    message: str = ""
    line: int = 0
    seconds: float = 0.0


@dataclass
class Attempt:
    """One grading of one submission."""

    assignment: str
    student: str
    number: int
    status: Literal["graded", "broken"] = "graded"
    reason: str = ""  # why it is broken, in words for the student
    notes: list[str] = field(default_factory=list)  # what was put right, in words for the student
    checks: list[CheckResult] = field(default_factory=list)
    cells: list[CellResult] = field(default_factory=list)  # of the student, in order
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    submission: str = ""  # sha256 of the notebook that was graded
    source: str = ""  # sha256 of the assignment's source and of the library beside it
    environment: str = ""  # sha256 of Python's and the packages' versions
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    layers: list[str] = field(default_factory=list)  # of the sandbox that were really active
    worker: str = ""  # host and process

    @property
    def earned(self) -> float:
        """The points that the checks gave."""
        return sum(check.earned for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain data, as `from_json` takes it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The attempt that `as_json` made `data` of."""
        known = {
            name: data[name] for name in (f.name for f in dataclasses.fields(cls)) if name in data
        }
        known["checks"] = [CheckResult(**check) for check in known.get("checks", [])]
        known["cells"] = [CellResult(**cell) for cell in known.get("cells", [])]
        known["limits"] = Limits(**known.get("limits", {}))
        return cls(**known)
