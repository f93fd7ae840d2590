"""A linter for flaky checks: the same submission graded several times must always get the same.

A check is flaky that passes now and fails then: it draws numbers without a seed, measures time, or
depends on what ran before. Submissions are graded in a copy of the course, each under several
names, because a student's name seeds the global generators: what depends on them shows, too.

Authors run it on the solution and its variants, instructors on submissions.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.attempt import Attempt, Job
from grader.authoring.build_exercises import checked_source
from grader.authoring.variants import right, submission, wrong
from grader.course import Course, GradingError
from grader.scheduler import Scheduler

TIMES = 5


@dataclass
class Unsteady:
    """A check that does not always say the same about a submission."""

    check: str
    case: str  # the submission: a student's, or a variant's name
    verdicts: dict[str, int]  # what it said, and how often
    messages: list[str] = field(default_factory=list)


@dataclass
class Flaky:
    """What grading several times found."""

    cases: int
    times: int
    checks: list[Unsteady] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # reason, by case

    def __str__(self) -> str:
        """One line for each check and submission."""
        lines = [f"Flaky checks: {len(self.checks)} ({self.cases} submissions, {self.times} times)"]
        for each in self.checks:
            said = ", ".join(f"{verdict} {n} times" for verdict, n in each.verdicts.items())
            lines.append(f"  {each.check}: {said} with {each.case}")
            lines += [f"      {' '.join(message.split())[:160]}" for message in each.messages]
        lines += [f"  {case} could not be graded: {why}" for case, why in self.broken.items()]
        return "\n".join(lines)


def flaky(
    course: Course,
    assignment: str,
    start: Callable[[Course], Scheduler],
    students: Collection[str] = (),
    times: int = TIMES,
) -> Flaky:
    """Grade each submission `times` times; `start` gives what grades in a copy of the course.

    Without `students` the solution and its variants are graded.
    """
    chosen = dict(
        _of_students(course, assignment, students) if students else variants(course, assignment)
    )
    with _copy(course, assignment) as copy, start(copy) as scheduler:
        names = {}
        for number, (case, notebook) in enumerate(chosen.items()):
            for time in range(times):
                names[f"case{number}-{time}"] = case
                path = copy.submitted(assignment, f"case{number}-{time}")
                path.parent.mkdir(parents=True)
                nbformat.write(notebook, path)
        attempts = list(scheduler.submit(Job(assignment, name) for name in names))
    found = compare((names[attempt.student], attempt) for attempt in attempts)
    return Flaky(len(chosen), times, *found)


def compare(attempts: Iterable[tuple[str, Attempt]]) -> tuple[list[Unsteady], dict[str, str]]:
    """Checks that say different things about the same case, and cases that are broken, and why."""
    said: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    broken = {}
    for case, attempt in attempts:
        if attempt.status == "broken":
            broken[case] = attempt.reason
        for check in attempt.checks:
            said[check.id, case].append((check.status, check.message))
    unsteady = []
    for (name, case), verdicts in said.items():
        counts = Counter(status for status, _ in verdicts)
        if len(counts) > 1:
            messages = sorted({message for _, message in verdicts if message})
            unsteady.append(Unsteady(name, case, dict(counts.most_common()), messages[:TIMES]))
    return sorted(unsteady, key=lambda each: (each.check, each.case)), broken


def variants(course: Course, assignment: str) -> Iterator[tuple[str, NotebookNode]]:
    """The solution and each of its variants, with a name."""
    source = course.source(assignment)
    yield "the solution", submission(source)
    for variant in [*right(source), *wrong(source)]:
        yield variant.name, submission(source, variant)


def _of_students(
    course: Course, assignment: str, students: Collection[str]
) -> Iterator[tuple[str, NotebookNode]]:
    for student in students:
        path = course.submitted(assignment, student)
        if not path.is_file():
            raise GradingError(f"{student} has handed in nothing that can be graded: {path}")
        yield student, nbformat.v4.reads(path.read_text(encoding="utf-8"))


@contextmanager
def _copy(course: Course, assignment: str) -> Iterator[Course]:
    """A course with an empty gradebook, everything else linked."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        root.chmod(0o755)  # students' processes may run as another user
        for entry in course.root.iterdir():
            if entry.name != "gradebook" and not entry.name.startswith("."):
                (root / entry.name).symlink_to(entry)
        copy = Course(root)
        built = copy.built_source(assignment)
        built.parent.mkdir(parents=True)
        nbformat.write(checked_source(copy.source(assignment)), built)
        yield copy
