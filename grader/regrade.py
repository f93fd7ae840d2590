"""Grade submissions again, show which marks change, and publish them only when told to.

New attempts go to a journal and a folder of their own; the marks, the journal and the notebooks
that a person sees stay as they are until `publish`. Earlier attempts stay in the journal.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence

from grader.attempt import Attempt, Job
from grader.autograde import How, Summary, enter, grade
from grader.collect import pending
from grader.course import Course, GradingError
from grader.grade_changes import Change, changes, table
from grader.gradebook import GradebookWriter
from grader.journal import Journal
from grader.screen import Screen, shown

TRIAL = "regraded"  # the folder in gradebook/ for the notebooks, as long as nothing is published
JOURNAL = "regrade"  # the folder of the journal of these attempts


def regrade(
    course: Course,
    assignment: str,
    students: Sequence[str],
    how: How,
    screen: Screen,
    agreed: Callable[[], bool],
) -> None:
    """Grade `students` again, or all; show what changes; publish where `agreed()` says so."""
    for folder in (TRIAL, JOURNAL):
        shutil.rmtree(course.private(folder), ignore_errors=True)
    with Journal(course, assignment) as book:
        jobs = _jobs(course, book, students)
        with Journal(course, assignment, JOURNAL) as trial:
            summary = Summary()
            for attempt in grade(course, assignment, how, jobs, screen, TRIAL):
                trial.append(summary.add(attempt))
            screen.say("regrade", summary)
            found = _changes(book, trial, jobs)
            screen.show(table(found))
            published = agreed()
            if published:
                publish(course, book, trial, jobs, screen)
    if published:
        shutil.rmtree(course.private(TRIAL), ignore_errors=True)
        screen.say("regrade", "published: run feedback and export again")
    else:
        screen.say(
            "regrade", f"nothing was published; the notebooks: {shown(course.private(TRIAL))}"
        )
    changed = [vars(change) for change in found]
    screen.results["regrade"] = {**summary.as_json(), "changes": changed, "published": published}


def publish(
    course: Course, book: Journal, trial: Journal, jobs: Sequence[Job], screen: Screen
) -> None:
    """Take the attempts of `trial` into the journal, the folders and the gradebook."""

    def attempts() -> Iterator[Attempt]:
        for job in jobs:
            for attempt in trial.attempts(job.student):
                _show_notebook(course, attempt)
                yield attempt

    with GradebookWriter(course, book, lambda text: screen.say("gradebook", text)) as writer:
        enter(attempts(), book, writer)


def _show_notebook(course: Course, attempt: Attempt) -> None:
    """Put the notebook of an attempt where the earlier one lies."""
    parts = attempt.student, attempt.assignment, f"{attempt.assignment}.ipynb"
    old, new = course.private("autograded", *parts), course.private(TRIAL, *parts)
    if new.exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        new.replace(old)


def _jobs(course: Course, book: Journal, students: Sequence[str]) -> list[Job]:
    jobs = {job.student: job for job in pending(course, book, again=True)}
    strangers = sorted(set(students) - set(jobs))
    if strangers or not jobs:
        who = ", ".join(strangers) or "anybody"
        raise GradingError(f"there is no submission of {who} that could be graded again")
    return [jobs[student] for student in students] if students else list(jobs.values())


def _changes(book: Journal, trial: Journal, jobs: Sequence[Job]) -> list[Change]:
    states = book.states()
    known = (job.student for job in jobs)
    old = {s: states[s].attempt for s in known if s in states}
    new = (trial.attempts(job.student)[-1] for job in jobs)
    return changes({s: attempt for s, attempt in old.items() if attempt}, new)
