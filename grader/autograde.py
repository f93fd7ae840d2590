"""Grade the collected submissions of an assignment; the journal decides which are new.

An attempt is in the journal before it is in the gradebook. Where the gradebook's database goes
away, grading goes on and the next run enters what is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader import fingerprint
from grader.attempt import Attempt, Job, Limits
from grader.collect import pending
from grader.course import Course, not_released
from grader.database import GradebookAway
from grader.gradebook import GradebookWriter
from grader.journal import Journal
from grader.scheduler import Local, Scheduler, Setting
from grader.screen import Screen


@dataclass(frozen=True)
class How:
    """How submissions are graded."""

    workers: int = 2  # processes on this machine
    scheduler: str = ""  # address of a dask cluster; "local": one on this machine; "": none
    limits: Limits = field(default_factory=Limits)
    unsafe: bool = False  # without a sandbox

    def start(self, course: Course, assignment: str, into: str = "autograded") -> Scheduler:
        """What grades; use it in a `with` statement. GradingError before the step `release`."""
        if not course.built_source(assignment).is_file():
            raise not_released(assignment)
        source = fingerprint.source(course, assignment)
        setting = Setting(course.root, assignment, self.limits, self.unsafe, into, source)
        if not self.scheduler:
            return Local(setting, self.workers)
        from grader.remote import Dask  # imports dask, which one machine does not need

        return Dask(setting, self.scheduler, self.workers)


def autograde(course: Course, assignment: str, how: How, screen: Screen) -> None:
    """Grade what is new into the journal and the gradebook; GradebookAway once all is graded."""
    summary = Summary()
    screen.results["autograde"] = summary
    with Journal(course, assignment) as book:
        for sentence in book.repairs:
            screen.say("autograde", sentence)
        with GradebookWriter(course, book, lambda text: screen.say("gradebook", text)) as writer:
            entered = writer.catch_up()
            if entered:
                screen.say("gradebook", f"entered {entered} grades of an earlier run")
            jobs = pending(course, book)
            if jobs:
                graded = grade(course, assignment, how, jobs, screen)
                enter((summary.add(attempt) for attempt in graded), book, writer)
        screen.say("autograde", summary if jobs else "nothing new")
        _mention_outdated(course, assignment, book, screen)


def grade(
    course: Course,
    assignment: str,
    how: How,
    jobs: Sequence[Job],
    screen: Screen,
    into: str = "autograded",
) -> Iterator[Attempt]:
    """Grade the jobs with progress on the screen; the attempts come as they end."""
    with how.start(course, assignment, into) as scheduler:
        yield from screen.each("autograde", scheduler.submit(jobs), len(jobs), line)


def enter(attempts: Iterator[Attempt], book: Journal, writer: GradebookWriter) -> None:
    """Write attempts to the journal, then to the gradebook; GradebookAway after the last one."""
    away = None
    for attempt in attempts:
        book.append(attempt)
        try:
            if not away:
                writer.add(attempt)
        except GradebookAway as error:
            away = error
    if away:
        raise away


def line(attempt: Attempt) -> str:
    """An attempt on one line; it begins with `!` where it is broken."""
    if attempt.status == "broken":
        return f"! {attempt.student}: {attempt.reason}"
    points = sum(check.points for check in attempt.checks)
    return f"{attempt.student}: {attempt.earned:g} of {points:g} ({attempt.seconds:.1f} s)"


@dataclass
class Summary:
    """Counts of a run."""

    graded: int = 0
    broken: dict[str, str] = field(default_factory=dict)  # reason by student
    layers: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)

    def add(self, attempt: Attempt) -> Attempt:
        """Count an attempt, and return it."""
        if attempt.status == "broken":
            self.broken[attempt.student] = attempt.reason
        else:
            self.graded += 1
            self.layers = set(attempt.layers) if self.graded == 1 else self.layers
            self.layers &= set(attempt.layers)
            self.environments.add(attempt.environment)
        return attempt

    def __str__(self) -> str:
        text = f"{self.graded} graded" + f", {len(self.broken)} broken" * bool(self.broken)
        if self.graded and not self.layers:
            text += "\nWITHOUT A SANDBOX: students' code ran with your rights; every grade says so"
        if len(self.environments) > 1:
            text += "\nthe workers have different packages: grades may depend on the machine"
        return text

    def as_json(self) -> dict[str, object]:
        """Plain data."""
        return {"graded": self.graded, "broken": self.broken, "layers": sorted(self.layers)}


def _mention_outdated(course: Course, assignment: str, book: Journal, screen: Screen) -> None:
    now = fingerprint.source(course, assignment), fingerprint.environment()
    outdated = book.outdated(*now)
    if outdated:
        screen.say("", f"{len(outdated)} were graded with other checks or packages than today's:")
        screen.say("", f"`python -m grader regrade {assignment}` shows what would change")
