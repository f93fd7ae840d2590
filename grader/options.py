"""The words of the command line and their explanations; `parser()` reads them."""

import argparse
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from grader.attempt import Limits
from grader.export import FORMS
from grader.release import due_time

# Installed it is a command of its own.
PROGRAM = "grader" if Path(sys.argv[0]).name == "grader" else "python -m grader"
DESCRIPTION = """\
Grade a class: from a folder of downloads to marks and feedback.

Whatever is run again does only what is new. All that is private lies in gradebook/; marks are in
SQLite there, or in the database that MINILLM_GRADEBOOK_URL names:
postgresql+psycopg2://user:password@host/database"""
EPILOG = """\
exit status:
  0    done; a submission that cannot be run is a result: the report names it and says why
  1    something has to be changed first; the message says what
  2    the command line is wrong
  3    this machine cannot keep students' code apart: `doctor` says what is missing
  4    the gradebook's database is away; nothing is lost, the same command enters the rest
  130  stopped by Ctrl-C, 143 by SIGTERM: what was graded is kept, the same command goes on"""
HELP = {
    "grade": "all steps from roster to report, in this order",
    "roster": "read the class list into the gradebook",
    "release": "enter the assignment into the gradebook",
    "collect": "sort a folder or .zip of downloads to the students",
    "autograde": "run the checks on what is new or changed",
    "feedback": "write a page for every student, into gradebook/feedback",
    "export": "write the marks, into gradebook/marks",
    "report": "say who is graded, late, broken or missing, and what the class found hard",
    "regrade": "grade again, show which marks change, publish when you agree",
    "similar": "show submissions whose answers are nearly the same",
    "forbidden": "show calls that an answer must not make",
    "flaky": "grade the same work five times and show the checks that change their mind",
    "new": "start an assignment: a source that builds and passes, to be filled in",
    "doctor": "show which layers of the sandbox work on this machine",
}
MORE = {
    "collect": """
A download belongs to the student whose id its name begins with (ID.ipynb, ID_..., "ID - ...", a
folder ID), or whom a file's name from the bulk download of Canvas or Moodle gives.""",
    "autograde": """
A submission whose text and checks were graded before is skipped. The journal, gradebook/journal,
decides that, and keeps every attempt.""",
    "feedback": """
Written answers are marked in nbgrader's formgrader, a tab of JupyterLab; run feedback, export and
report again after that.""",
    "flaky": """
The solution and all its wrong and right variants, or the submissions of some students; nothing of
the class is changed. Exit status 1 where a check gives two verdicts.""",
    "regrade": """
After a check was corrected, or packages changed. Earlier attempts are kept, and what a person
marked is never overwritten. Nothing changes before you agree at the terminal, or with --yes.""",
}


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the texts above."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=100)


def parser() -> ArgumentParser:
    """The command line."""
    command = ArgumentParser(
        prog=PROGRAM, description=DESCRIPTION, epilog=EPILOG, formatter_class=Help
    )
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    for verb, text in HELP.items():
        about = f"{text[0].upper()}{text[1:]}.\n{MORE.get(verb, '')}".rstrip()
        more = verbs.add_parser(
            verb, help=text, description=about, epilog=EPILOG, formatter_class=Help
        )
        if verb != "doctor":
            more.add_argument("assignment", metavar="ASSIGNMENT", help="for example 01_ngrams")
        for add_options in OPTIONS.get(verb, ()):
            add_options(more, verb)
        more.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    return command


def roster_options(command: ArgumentParser, verb: str) -> None:
    """The class list."""
    lists = "class list, id,name,email[,lms_id,extension,handed_in], or one of Canvas or Moodle"
    needed = verb == "roster"
    command.add_argument("--roster", type=Path, metavar="CSV", required=needed, help=lists)


def release_options(command: ArgumentParser, verb: str) -> None:
    """The due date."""
    text = 'due, such as "2026-10-01 18:00+02:00"; UTC where it has no offset'
    command.add_argument("--due", type=due_time, metavar="TIME", help=text)


def collect_options(command: ArgumentParser, verb: str) -> None:
    """The downloads."""
    add, needed = command.add_argument, verb == "collect"
    add("--from", type=Path, dest="downloads", metavar="PATH", required=needed,
        help="folder or .zip of downloads")  # fmt: skip
    add("--times", type=Path, metavar="CSV",
        help="when each student handed in: a column that says who, and `time`")  # fmt: skip
    add("--file-times", action="store_true",
        help="the files' own times say when (in a download: when it was made)")  # fmt: skip


def autograde_options(command: ArgumentParser, verb: str) -> None:
    """How submissions are graded."""
    add, limits = command.add_argument_group("how submissions are graded").add_argument, Limits()
    cell_s = float(os.environ.get("MINILLM_CELL_TIMEOUT") or limits.cell_s)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    add("--workers", "--jobs", type=int, default=cores, metavar="N",
        help="processes on this machine (default: one per core, %(default)s)")  # fmt: skip
    add("--scheduler", default="", metavar="ADDRESS",
        help="grade on a dask cluster, such as tcp://host:8786 (grader/cluster/README.md); "
        "local: start one of N workers on this machine")  # fmt: skip
    add("--limit", type=float, default=limits.submission_s, metavar="S",
        help="seconds for one submission (default %(default)g)")  # fmt: skip
    add("--cell-limit", type=float, default=cell_s, metavar="S",
        help="seconds for one cell (default %(default)g, or MINILLM_CELL_TIMEOUT)")  # fmt: skip
    add("--memory", type=int, default=limits.memory_mb, metavar="MB",
        help="memory for one submission (default %(default)s)")  # fmt: skip
    add("--unsafe-no-sandbox", action="store_true", dest="unsafe",
        help="run students' code with your rights, where there is no sandbox; "
        "every grade says so")  # fmt: skip


def export_options(command: ArgumentParser, verb: str) -> None:
    """Where marks go."""
    add = command.add_argument_group("marks").add_argument
    add("--format", nargs="+", choices=list(FORMS), help="(default: all)")
    add("--into", type=Path, metavar="CSV", help="a file from Canvas or Moodle to fill in")
    add("--column", default="", help='heading in that file, for example "01_ngrams (4711)"')


def student_options(command: ArgumentParser, verb: str) -> None:
    """Whose submissions."""
    command.add_argument("students", nargs="*", metavar="ID", help="students (default: all)")


def regrade_options(command: ArgumentParser, verb: str) -> None:
    """What happens with marks that change."""
    student_options(command, verb)
    answer = command.add_mutually_exclusive_group()
    answer.add_argument("--yes", action="store_true", help="publish without asking")
    answer.add_argument("--dry-run", action="store_true", help="show the changes only")


AddOptions = Callable[[ArgumentParser, str], None]
STEPS: dict[str, AddOptions] = {
    "roster": roster_options,
    "release": release_options,
    "collect": collect_options,
    "autograde": autograde_options,
    "export": export_options,
}
OPTIONS: dict[str, list[AddOptions]] = {
    **{verb: [add_options] for verb, add_options in STEPS.items()},
    "grade": [*STEPS.values()],
    "regrade": [regrade_options, autograde_options],
    "flaky": [student_options, autograde_options],
}
