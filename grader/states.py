"""How far each submission has come, as the journal tells it."""

from dataclasses import dataclass, field
from typing import Literal

from grader.attempt import Attempt


@dataclass
class Collected:
    """What came of a student's download."""

    student: str
    status: Literal["collected", "broken"] = "collected"
    reason: str = ""  # why it is broken, in words for the student
    notes: list[str] = field(default_factory=list)  # what was put right
    submission: str = ""  # sha256 of the rebuilt notebook
    content: str = ""  # sha256 of what the student wrote, whatever the checks are
    handed_in: str = ""  # ISO 8601, UTC, without an offset; "": nobody says when
    late: bool | None = None  # what Canvas says of it
    came_as: str = ""  # the name of the file or folder in the download
    untouched: list[str] = field(default_factory=list)  # ids of answers that are as released
    written: dict[str, str] = field(default_factory=dict)  # sha256 of the text, by cell id


@dataclass
class State:
    """How far one student's submission has come."""

    student: str
    collected: Collected
    attempt: Attempt | None  # the newest, of this submission or of an earlier one
    content: str  # that of the submission which it graded
    attempts: int  # the highest number of an attempt
    applied: bool  # the gradebook holds the newest attempt

    @property
    def is_graded(self) -> bool:
        """Whether the newest attempt is one of the work that came last.

        The same work between other checks is not new: only `regrade` grades it again.
        """
        if self.attempt is None:
            return False
        same_work = self.content != "" and self.content == self.collected.content
        return same_work or self.attempt.submission == self.collected.submission

    @property
    def status(self) -> str:
        """`broken`, `collected` (it waits to be graded) or `graded`."""
        if self.collected.status == "broken" or not self.attempt or not self.is_graded:
            return self.collected.status
        return self.attempt.status

    @property
    def reason(self) -> str:
        """Why it is broken, in words for the student; "" where it is not."""
        if self.collected.status == "broken" or not self.is_graded or not self.attempt:
            return self.collected.reason
        return self.attempt.reason

    @property
    def notes(self) -> list[str]:
        """What was put right, in words for the student."""
        graded = self.attempt.notes if self.is_graded and self.attempt else []
        return list(dict.fromkeys([*self.collected.notes, *graded]))
