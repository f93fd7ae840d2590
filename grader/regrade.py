"""Grade submissions again, show which marks change, and publish them only when told to.

The new notebooks go to a folder of their own; the marks, the journal and the notebooks that a
person sees stay as they are until the attempts are published. Earlier attempts stay in the journal.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence

from grader.attempt import Attempt, Job
from grader.autograde import How, Summary, enter, grade
from grader.collect import pending
from grader.course import Course, GradingError
from grader.grade_changes import changes, table
from grader.gradebook import GradebookWriter
from grader.journal import Journal
from grader.screen import Screen, shown

TRIAL = "regraded"  # the folder in gradebook/ for the notebooks, as long as nothing is published


def regrade(
    course: Course,
    assignment: str,
    students: Sequence[str],
    how: How,
    screen: Screen,
    agreed: Callable[[], bool],
) -> None:
    """Grade `students` again, or all; show what changes; publish where `agreed()` says so."""
    shutil.rmtree(course.private(TRIAL), ignore_errors=True)
    summary = Summary()
    with Journal(course, assignment) as book:
        jobs = _jobs(course, book, students)
        attempts = [summary.add(a) for a in grade(course, assignment, how, jobs, screen, TRIAL)]
        screen.say("regrade", summary)
        found = changes({s: state.attempt for s, state in book.states().items()}, attempts)
        screen.show(table(found))
        published = agreed()
        if published:
            with GradebookWriter(course, book, lambda t: screen.say("gradebook", t)) as writer:
                enter(_shown(course, attempts), book, writer)
    if published:
        shutil.rmtree(course.private(TRIAL), ignore_errors=True)
    trial = shown(course.private(TRIAL))
    no = f"nothing was published; the notebooks: {trial}"
    screen.say("regrade", "published: run feedback and export again" if published else no)
    changed = [vars(change) for change in found]
    screen.results["regrade"] = {**summary.as_json(), "changes": changed, "published": published}


def _shown(course: Course, attempts: Sequence[Attempt]) -> Iterator[Attempt]:
    """The attempts, whose notebooks are put where the earlier ones lie."""
    for attempt in attempts:
        parts = attempt.student, attempt.assignment, f"{attempt.assignment}.ipynb"
        old, new = course.private("autograded", *parts), course.private(TRIAL, *parts)
        if new.exists():
            old.parent.mkdir(parents=True, exist_ok=True)
            new.replace(old)
        yield attempt


def _jobs(course: Course, book: Journal, students: Sequence[str]) -> list[Job]:
    jobs = {job.student: job for job in pending(course, book, again=True)}
    strangers = sorted(set(students) - set(jobs))
    if strangers or not jobs:
        who = ", ".join(strangers) or "anybody"
        raise GradingError(f"there is no submission of {who} that could be graded again")
    return [jobs[student] for student in students] if students else list(jobs.values())
