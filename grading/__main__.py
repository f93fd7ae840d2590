"""Grade a class: python -m grading STEP ASSIGNMENT [options]

The steps, in order; `grade` runs all of them:

  roster     read the class list (--roster class.csv: id,name,email[,lms_id]) into the gradebook
  release    enter the assignment into the gradebook (--due "2026-10-01 18:00+02:00")
  collect    sort a folder or .zip of downloads to the students (--from downloads)
  autograde  run the checks, each submission in a process of its own (--jobs 2)
  feedback   write a page for every student, into gradebook/feedback
  export     write the marks, into gradebook/marks (--format csv canvas moodle)
  report     say who is graded, late, broken or missing, and why

A download belongs to the student whose id its name begins with (ID.ipynb, ID_..., "ID - ...", a
folder ID), or whom a file's name from the bulk download of Canvas or Moodle gives.

A step that is run again does only what is new. Written answers are marked in nbgrader's formgrader
(`nbgrader formgrader` in JupyterLab); run feedback, export and report again after that.
Everything private lies in gradebook/. The marks' database is SQLite there, or what
MINILLM_GRADEBOOK_URL names: postgresql+psycopg2://user:password@host/database.
"""

import argparse
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from grading import autograde, collect, feedback, release, roster
from grading.course import Course, GradingError
from grading.export import FORMS, export
from grading.report import report
from tools.assignment import AssignmentError


def run_roster(course: Course, options: Namespace) -> None:
    """Read the class list, where one is given."""
    if options.roster:
        print(f"roster     {len(roster.register(course, options.roster))} students")
    elif options.step == "roster":
        raise GradingError("name the class list: --roster class.csv")


def run_release(course: Course, options: Namespace) -> None:
    """Enter the assignment into the gradebook."""
    release.release(course, options.assignment, options.due)
    print(f"release    {course.exercise(options.assignment)}")


def run_collect(course: Course, options: Namespace) -> None:
    """Sort downloads to the students, where some are given."""
    if not options.downloads:
        if options.step == "collect":
            raise GradingError("name the downloads: --from FOLDER_OR_ZIP")
        return
    taken, strangers = collect.collect(course, options.assignment, options.downloads)
    print(f"collect    {len(taken)} submissions")
    for name in strangers:
        print(f"           {name} belongs to nobody on the class list")


def run_autograde(course: Course, options: Namespace) -> None:
    """Grade what is new, one line each."""
    graded = autograde.autograde(
        course, options.assignment, options.jobs, options.limit, options.again
    )
    for record in graded:
        print(f"autograde  {record.student}: {record.reason or 'graded'} ({record.seconds:.1f} s)")


def run_feedback(course: Course, options: Namespace) -> None:
    """Write the feedback pages."""
    faults = list(feedback.feedback(course, options.assignment, options.jobs, options.limit))
    print(f"feedback   {course.private('feedback')}", *faults, sep="\n           ")


def run_export(course: Course, options: Namespace) -> None:
    """Write the marks in every format that is asked for."""
    for form in options.format:
        path = export(course, options.assignment, form, options.into, options.column)
        print(f"export     {path}")


def run_report(course: Course, options: Namespace) -> None:
    """Print the report."""
    print(f"\n{report(course, options.assignment)}")


STEPS = {
    "roster": run_roster,
    "release": run_release,
    "collect": run_collect,
    "autograde": run_autograde,
    "feedback": run_feedback,
    "export": run_export,
    "report": run_report,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m grading",
        usage="%(prog)s STEP ASSIGNMENT [options]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("step", choices=[*STEPS, "grade"], metavar="STEP", help="grade, or one of the steps above")
    add("assignment", metavar="ASSIGNMENT", help="for example 01_ngrams")
    add("--roster", type=Path, metavar="CSV", help="class list")
    add("--due", type=release.due_time, metavar="TIME", help="UTC where it has no offset")
    add("--from", type=Path, dest="downloads", metavar="PATH", help="folder or .zip of downloads")
    add("--jobs", type=int, default=2, metavar="N", help="submissions at once (default 2)")
    add("--limit", type=float, default=300, metavar="S", help="seconds for one (default 300)")
    add("--again", action="store_true", help="grade what is graded already, too")
    add("--format", nargs="+", choices=FORMS, default=["csv", "canvas", "moodle"], help="of marks")
    add(
        "--into",
        type=Path,
        metavar="CSV",
        help="a file from Canvas or Moodle to fill in",
    )
    add("--column", default="", help='heading in Canvas, for example "01_ngrams (4711)"')
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step, or all; returns 1 where the instructor has to change something first."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        parser().print_help()
        return 0
    options = parser().parse_args(arguments)
    steps = STEPS.values() if options.step == "grade" else [STEPS[options.step]]
    try:
        for step in steps:
            step(Course.here(), options)
    except (GradingError, AssignmentError) as error:
        print(f"{options.step}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
