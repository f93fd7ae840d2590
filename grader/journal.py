"""The journal of an assignment: what was collected, how it was graded, what the gradebook holds.

`gradebook/journal/<assignment>.jsonl` is only ever appended to, one JSON object a line. It alone
decides what is done: a file that lies in `gradebook/` without its line here counts for nothing.

    {"kind": "collected", ...}   a submission came in: `grader.states.Collected`
    {"kind": "attempt", ...}     it was graded once: `grader.attempt.Attempt`
    {"kind": "applied", "attempts": [[student, number], ...]}   the gradebook holds these
    {"kind": "renamed", "old": ..., "new": ...}   the student has another id from here on

One process writes; others may read meanwhile. A line is with the operating system when `append`
returns, so that a killed grader loses nothing, and on the disk after `sync`.
"""

import dataclasses
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Self

from grader.attempt import Attempt
from grader.course import Course, GradingError
from grader.states import Collected, State

SYNC_EVERY = 50  # lines


class Journal:
    """The journal of one assignment, read; inside a `with` statement also open for writing."""

    def __init__(self, course: Course, assignment: str) -> None:
        self.path = course.private("journal", f"{assignment}.jsonl")
        self.assignment = assignment
        self.repairs: list[str] = []  # what was put right in the file, in words
        self._file: BinaryIO | None = None
        self._unsynced = 0
        self._read()

    def __enter__(self) -> Self:
        """Lock the file for this process, read what is new and repair its end."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self.path.stat().st_size != self._good:
                self._read()
        except BlockingIOError:
            self._file.close()
            message = f"another process grades {self.assignment}: wait for it, or end it"
            raise GradingError(message) from None
        except GradingError:
            self._file.close()
            raise
        self._repair()
        return self

    def __exit__(self, *error: object) -> None:
        """Bring everything to the disk and close the file."""
        if self._file:
            self.sync()
            self._file.close()
            self._file = None

    # Reading

    def states(self) -> dict[str, State]:
        """The state of every student who handed in, by student, sorted."""
        return {student: self.state(student) for student in sorted(self._collected)}

    def state(self, student: str) -> State:
        """The state of one student who handed in."""
        attempts = self._attempts.get(student, [])
        newest = attempts[-1] if attempts else None
        return State(
            student,
            self._collected[student],
            newest,
            self._content.get(student, ""),
            max((attempt.number for attempt in attempts), default=0),
            newest is not None and newest.number == self._applied.get(student),
        )

    def attempts(self, student: str) -> list[Attempt]:
        """Every attempt at a student's submissions, oldest first."""
        return self._attempts.get(student, [])

    def unapplied(self) -> Iterator[Attempt]:
        """The newest attempt of every student for whom the gradebook does not hold it."""
        for student, attempts in list(self._attempts.items()):
            if attempts[-1].number != self._applied.get(student):
                yield attempts[-1]

    def collected(self, attempt: Attempt) -> Collected | None:
        """The submission that `attempt` graded."""
        return self._by_submission.get((attempt.student, attempt.submission))

    def applied(self, student: str) -> Collected | None:
        """The submission whose attempt the gradebook holds."""
        number = self._applied.get(student)
        held = [a for a in self.attempts(student) if a.number == number]
        return self.collected(held[-1]) if held else None

    def outdated(self, source: str, environment: str) -> list[str]:
        """Students whose newest attempt was made with another source or environment."""
        newest = {student: attempts[-1] for student, attempts in self._attempts.items()}
        now = (source, environment)
        return sorted(s for s, a in newest.items() if (a.source, a.environment) != now)

    def _read(self) -> None:
        self._collected: dict[str, Collected] = {}
        self._by_submission: dict[tuple[str, str], Collected] = {}
        self._attempts: dict[str, list[Attempt]] = {}
        self._content: dict[str, str] = {}  # of what the newest attempt graded, by student
        self._applied: dict[str, int] = {}
        self._good = 0  # bytes up to the end of the last line that can be read
        if self.path.exists():
            with open(self.path, "rb") as file:
                for number, line in enumerate(file, start=1):
                    if not self._take(line) and file.read(1):
                        message = f"{self.path}, line {number} is damaged: {line[:60]!r}"
                        raise GradingError(f"{message}; take the line out, or restore the file")

    def _take(self, line: bytes) -> bool:
        """Remember what a line says; False where it cannot be read."""
        try:
            data = json.loads(line) if line.endswith(b"\n") else None
            self._remember(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        self._good += len(line)
        return True

    def _remember(self, data: Any) -> None:
        kind = data["kind"]
        if kind == "collected":
            known = (each.name for each in dataclasses.fields(Collected))
            collected = Collected(**{name: data[name] for name in known if name in data})
            self._collected[collected.student] = collected
            self._by_submission[collected.student, collected.submission] = collected
        elif kind == "attempt":
            attempt = Attempt.from_json(data)
            graded = self.collected(attempt)
            self._attempts.setdefault(attempt.student, []).append(attempt)
            self._content[attempt.student] = graded.content if graded else ""
        elif kind == "applied":
            self._applied.update(dict(data["attempts"]))
        elif kind == "renamed":
            self._rename(data["old"], data["new"])
        else:
            raise ValueError(f"unknown kind {kind!r}")

    def _rename(self, old: str, new: str) -> None:
        tables: list[dict[str, Any]] = [self._collected, self._attempts]
        for table in [*tables, self._content, self._applied]:
            if old in table:
                table[new] = table.pop(old)
        for student, submission in [key for key in self._by_submission if key[0] == old]:
            self._by_submission[new, submission] = self._by_submission.pop((student, submission))
        known = [self._collected.get(new), *self._by_submission.values(), *self.attempts(new)]
        for each in known:
            if each and each.student == old:
                each.student = new

    # Writing

    def append(self, what: Collected | Attempt) -> None:
        """Write down a submission, or an attempt at one."""
        if isinstance(what, Collected):
            self._write({"kind": "collected", **dataclasses.asdict(what)})
        else:
            self._write({"kind": "attempt", **what.as_json()})

    def append_applied(self, attempts: Iterable[Attempt]) -> None:
        """Write down that the gradebook holds these attempts."""
        pairs = [[attempt.student, attempt.number] for attempt in attempts]
        if pairs:
            self._write({"kind": "applied", "attempts": pairs})

    def append_renamed(self, old: str, new: str) -> None:
        """Write down that the student `old` is called `new` from here on."""
        if old in self._collected:
            self._write({"kind": "renamed", "old": old, "new": new})

    def sync(self) -> None:
        """Bring every line to the disk."""
        if self._file and self._unsynced:
            os.fsync(self._file.fileno())
            self._unsynced = 0

    def _write(self, data: dict[str, Any]) -> None:
        if self._file is None:
            raise RuntimeError("a journal is open for writing inside `with` only")
        line = json.dumps(data).encode() + b"\n"  # ASCII: a message may hold half a character
        self._file.write(line)
        self._file.flush()
        self._take(line)
        self._unsynced += 1
        if self._unsynced >= SYNC_EVERY:
            self.sync()

    def _repair(self) -> None:
        """Take out a last line that a killed process or a power cut left unfinished."""
        left_over = self.path.stat().st_size - self._good
        if left_over:
            os.truncate(self.path, self._good)
            what = f"{self.path}: the last line was cut short ({left_over} bytes)"
            self.repairs.append(f"{what}; it was taken out, what it recorded is done again")


def latest(course: Course, assignment: str) -> dict[str, State]:
    """The state of every student who handed in, by student."""
    return Journal(course, assignment).states()
