"""What each verb of the command line does; `STEPS` are those that `grade` runs, in order."""

import dataclasses
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from grader import (
    begin,
    collect,
    feedback,
    flaky,
    forbidden,
    journal,
    lateness,
    release,
    roster,
    similarity,
)
from grader.attempt import Limits
from grader.autograde import How, autograde
from grader.course import Course, GradingError
from grader.engine.sandbox import SandboxError
from grader.export import FORMS, export, form_of
from grader.marks import marks
from grader.regrade import regrade
from grader.report import MOST, report
from grader.scheduler import Scheduler
from grader.screen import Screen, shown


def run_roster(course: Course, options: Namespace, screen: Screen) -> None:
    """Read the class list, where one is given."""
    if options.roster:
        registered = roster.register(course, options.roster, options.assignment)
        screen.say("roster", registered)
        screen.results["roster"] = registered


def run_release(course: Course, options: Namespace, screen: Screen) -> None:
    """Enter the assignment into the gradebook."""
    release.release(course, options.assignment, options.due)
    lateness.settle(course, options.assignment)
    screen.say("release", shown(course.exercise(options.assignment)))
    screen.results["release"] = {"exercise": str(course.exercise(options.assignment))}


def run_collect(course: Course, options: Namespace, screen: Screen) -> None:
    """Sort downloads to the students, where some are given."""
    if not options.downloads:
        return
    taken = collect.collect(
        course, options.assignment, options.downloads, options.times, options.file_times
    )
    screen.say("collect", f"{len(taken.submissions)} submissions")
    for text in [*taken.strangers, *taken.unmatched_times]:
        screen.say("", text)
    timeless = [s for s in taken.submissions if not s.handed_in and s.late is None and s.content]
    with course.gradebook() as gradebook:
        due = gradebook.find_assignment(options.assignment).duedate
    if due and timeless:
        text = f"nobody says when {len(timeless)} of them were handed in: they count as in time\n"
        screen.say("", f"{text}(--times TABLE says when; --file-times takes the files' times)")
    screen.results["collect"] = taken


def run_autograde(course: Course, options: Namespace, screen: Screen) -> None:
    """Grade what is new."""
    autograde(course, options.assignment, how(options), screen)


def run_feedback(course: Course, options: Namespace, screen: Screen) -> None:
    """Write the feedback pages."""
    pages = feedback.feedback(course, options.assignment)
    total = len(journal.latest(course, options.assignment))
    number, faults = 0, []
    for page in screen.each("feedback", pages, total):
        number += 1
        faults += [f"{page.student}: {page.fault}"] if page.fault else []
    screen.say("feedback", f"{number} pages in {shown(course.private('feedback'))}")
    archives = feedback.archives(course, options.assignment)
    for text in [*faults, *(f"to upload at once: {shown(path)}" for path in archives)]:
        screen.say("", text)
    screen.results["feedback"] = {
        "pages": number,
        "faults": faults,
        "archives": [str(path) for path in archives],
    }


def run_export(course: Course, options: Namespace, screen: Screen) -> None:
    """Write the marks in every format that is asked for."""
    lateness.settle(course, options.assignment)
    files: list[Path] = []
    notes: list[str] = []
    forms = [form_of(options.into)] if options.into and not options.format else options.format
    for form in forms or FORMS:
        made = export(course, options.assignment, form, options.into, options.column)
        files.append(made.path)
        notes += made.notes
        screen.say("export", shown(made.path))
    all_marks = marks(course, options.assignment)
    if waiting := [mark.student.id for mark in all_marks if mark.by_hand]:
        count = sum(mark.by_hand for mark in all_marks)
        notes.append(
            f"{count} answers wait to be marked by hand, so these marks are not final: "
            f"{' '.join(waiting[:MOST])}{' ...' * (len(waiting) > MOST)}"
        )
    for note in notes:
        screen.say("", note)
    screen.results["export"] = {"files": [str(file) for file in files], "notes": notes}


def run_report(course: Course, options: Namespace, screen: Screen) -> None:
    """Print the report."""
    lateness.settle(course, options.assignment)
    told = report(course, options.assignment)
    screen.show(f"\n{told}")
    screen.results["report"] = told


def run_regrade(course: Course, options: Namespace, screen: Screen) -> None:
    """Grade again; publish what changed where the instructor agrees."""

    def agreed() -> bool:
        if options.dry_run or options.yes:
            return options.yes and not options.dry_run
        return screen.ask("Publish these attempts?")

    regrade(course, options.assignment, options.students, how(options), screen, agreed)


def shows(find: Callable[[Course, str], object]) -> "Step":
    """A step that shows what `find` finds."""

    def run(course: Course, options: Namespace, screen: Screen) -> None:
        _show(find(course, options.assignment), options, screen)

    return run


def run_flaky(course: Course, options: Namespace, screen: Screen) -> None:
    """Show checks that give two verdicts on one submission; GradingError where there are some."""

    def start(copy: Course) -> Scheduler:
        return how(options).start(copy, options.assignment)

    found = flaky.flaky(course, options.assignment, start, options.students)
    _show(found, options, screen)
    if found.checks:
        raise GradingError("checks that give two verdicts on the same work are not fair: see above")


def _show(found: object, options: Namespace, screen: Screen) -> None:
    screen.show(found)
    screen.results[options.verb] = found


def run_new(course: Course, options: Namespace, screen: Screen) -> None:
    """Start an assignment."""
    files = begin.begin(course, options.assignment)
    screen.say("new", "\n".join(shown(path) for path in files))
    screen.results["new"] = {"files": [str(path) for path in files]}


def run_doctor(course: Course, options: Namespace, screen: Screen) -> None:
    """Show the layers of the sandbox; SandboxError where students' code may not be run."""
    from grader import doctor

    layers = doctor.doctor()
    screen.results["doctor"] = [dataclasses.asdict(layer) for layer in layers]
    screen.show(doctor.table(layers))
    if not doctor.sound(layers):
        raise SandboxError("students' code cannot be kept apart here; see the ways out above")


def how(options: Namespace) -> How:
    """How submissions are graded, from the command line."""
    if options.workers < 1:
        raise GradingError(f"--workers {options.workers}: at least one has to grade")
    limits = Limits(cell_s=options.cell_limit, submission_s=options.limit, memory_mb=options.memory)
    return How(options.workers, options.scheduler, limits, options.unsafe)


Step = Callable[[Course, Namespace, Screen], None]
STEPS: dict[str, Step] = {
    "roster": run_roster,
    "release": run_release,
    "collect": run_collect,
    "autograde": run_autograde,
    "feedback": run_feedback,
    "export": run_export,
    "report": run_report,
}
VERBS: dict[str, Step] = STEPS | {
    "regrade": run_regrade,
    "similar": shows(similarity.similar),
    "forbidden": shows(forbidden.forbidden),
    "flaky": run_flaky,
    "new": run_new,
    "doctor": run_doctor,
}
