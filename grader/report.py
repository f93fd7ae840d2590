"""What an instructor reads when a class has been graded.

Counts; who is late, broken or missing and why; the histogram of marks; how hard each problem was;
which named mistakes were made; calls that an assignment forbids; what was put right in submissions.
"""

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from grader import difficulty, forbidden, journal
from grader import mistakes as named
from grader.authoring.assignment import cells, problem, read
from grader.course import Course
from grader.difficulty import Item
from grader.export import safe
from grader.forbidden import Forbidden
from grader.marks import Mark, decimal, marks, scores
from grader.mistakes import Mistake

STATUSES = ("waiting", "broken", "missing")
BINS = 10
LONGEST_BAR = 40  # characters
MOST = 50  # students who are named in a section
AT_ONCE = 500  # students whose scores are asked for with one question


@dataclass
class Report:
    """A graded class."""

    assignment: str
    marks: list[Mark]
    notes: dict[str, list[str]]  # what was put right, by student
    without_sandbox: list[str]  # students whose work ran without a sandbox
    items: list[Item]
    mistakes: list[Mistake]
    forbidden: Forbidden

    @property
    def graded(self) -> list[Mark]:
        """The marks of those that have one."""
        return [mark for mark in self.marks if mark.points is not None]

    @property
    def histogram(self) -> list[int]:
        """How many marks are in each tenth of the points; the last one holds full marks, too."""
        counts = [0] * BINS
        for mark in self.graded:
            share = (mark.points or 0.0) / mark.maximum
            counts[min(BINS - 1, int(BINS * share))] += 1
        return counts

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "assignment": self.assignment,
            "students": [_plain(mark) for mark in self.marks],
            "histogram": self.histogram,
            "problems": [difficulty.as_json(item) for item in self.items],
            "mistakes": [dataclasses.asdict(mistake) for mistake in self.mistakes],
            "forbidden": dataclasses.asdict(self.forbidden),
            "notes": self.notes,
            "without_sandbox": self.without_sandbox,
        }

    def __str__(self) -> str:
        """The report as text."""
        by_status = {s: [m for m in self.marks if m.status == s] for s in STATUSES}
        late = [(m, _lateness(m)) for m in self.graded if m.lateness]
        noted = [m for m in self.marks if self.notes.get(m.student.id)]
        parts = [
            self._summary(),
            _section("Late", late),
            _section("Not graded yet", [(m, "") for m in by_status["waiting"]]),
            _section("Broken", [(m, m.reason) for m in by_status["broken"]]),
            _section("Not handed in", [(m, "") for m in by_status["missing"]]),
            _by_hand(self.graded),
            _section("Notes", [(m, "; ".join(self.notes[m.student.id])) for m in noted]),
            _unsafe(self.without_sandbox),
            _lines("Marks", self._bars()),
            _lines("Problems", difficulty.table(self.items) if self.graded else []),
            _lines("Mistakes, by how many made them", named.table(self.mistakes)),
            str(self.forbidden) if self.forbidden.calls else "",
        ]
        return "\n\n".join(part for part in parts if part)

    def _summary(self) -> str:
        text = f"{self.assignment}: {len(self.graded)} of {len(self.marks)} students graded"
        if self.graded:
            points = [mark.points or 0.0 for mark in self.graded]
            text += f"; mean {mean(points):.1f}, median {decimal(median(points))}"
            text += f" of {decimal(self.graded[0].maximum)}"
            text += ", without what waits to be marked by hand" * any(
                m.by_hand for m in self.graded
            )
        return text

    def _bars(self) -> list[str]:
        if not self.graded:
            return []
        maximum, most = self.graded[0].maximum, max(self.histogram)
        lines = []
        for index, count in enumerate(self.histogram):
            low, high = (decimal(maximum * edge / BINS) for edge in (index, index + 1))
            bar = "#" * max(count > 0, round(LONGEST_BAR * count / most))
            lines.append(f"  {low:>5} - {high:<5} {count:6}  {bar}".rstrip())
        return lines


def report(course: Course, assignment: str) -> Report:
    """Look at all that is known of a class; `str` gives the text, `as_json` the data."""
    states = journal.latest(course, assignment)
    all_marks = marks(course, assignment, states)
    source = read(course.source(assignment))
    graded = [m.student.id for m in all_marks if m.points is not None]
    attempts = [a for s in graded if (a := states[s].attempt)]
    maxima: dict[str, float] = defaultdict(float)
    for cell in cells(source, "check", "written"):
        maxima[problem(cell.id)] += float(cell.metadata.nbgrader.points)
    return Report(
        assignment,
        all_marks,
        {s: state.notes for s, state in states.items() if state.notes},
        [a.student for a in attempts if not a.layers],
        difficulty.items(_points(course, assignment, graded), maxima),
        named.mistakes(source, attempts),
        forbidden.forbidden(course, assignment),
    )


def _points(
    course: Course, assignment: str, students: list[str]
) -> dict[str, dict[str, float | None]]:
    """Points by student and problem; None where a person has to mark."""
    found: dict[str, dict[str, float | None]] = {student: {} for student in students}
    with course.gradebook() as gradebook:
        for start in range(0, len(students), AT_ONCE):
            batch = scores(gradebook, assignment, students[start : start + AT_ONCE])
            for student, by_cell in batch.items():
                for cell, score in by_cell.items():
                    row, name = found[student], problem(cell)
                    row[name] = None if score.waits else (row.get(name) or 0.0) + score.points
    return found


def _plain(mark: Mark) -> dict[str, Any]:
    """Plain data of a mark."""
    who = {"id": mark.student.id, "name": mark.student.name}
    return {**who, **{k: v for k, v in vars(mark).items() if k != "student"}}


def _lateness(mark: Mark) -> str:
    known = mark.lateness != "late"
    return f"{mark.lateness} h" if known else "as Canvas says, but not by how much: see --times"


def _section(title: str, lines: list[tuple[Mark, str]]) -> str:
    width = max((len(mark.student.id) for mark, _ in lines), default=0)
    rows = [f"  {m.student.id:{width}}  {safe(m.student.name)}  {text}" for m, text in lines[:MOST]]
    left_out = [f"  and {len(lines) - MOST} more: see --json"] if len(lines) > MOST else []
    return _lines(f"{title}: {len(lines)}", [*(row.rstrip() for row in rows), *left_out])


def _lines(title: str, lines: list[str]) -> str:
    return "\n".join([title, *lines]) if lines else ""


def _by_hand(graded: list[Mark]) -> str:
    count = sum(mark.by_hand for mark in graded)
    title = f"Written answers to mark by hand (nbgrader's formgrader): {count}"
    return _lines(title, _names([mark.student.id for mark in graded if mark.by_hand]))


def _unsafe(students: list[str]) -> str:
    return _lines(f"Graded without a sandbox: {len(students)}", _names(students))


def _names(students: list[str]) -> list[str]:
    text = " ".join(students[:MOST]) + " ..." * (len(students) > MOST)
    return [f"  {text}"] if students else []
