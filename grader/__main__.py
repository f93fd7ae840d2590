"""The command line: python -m grader VERB ASSIGNMENT [options]; `VERB --help` explains each."""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence

from grader import steps
from grader.authoring.assignment import AssignmentError
from grader.course import Course, GradingError
from grader.database import GradebookAway
from grader.engine.sandbox import SandboxError
from grader.options import parser
from grader.screen import Screen

# Exit statuses, explained in options.py; argparse exits with 2.
DONE, CHANGE, SANDBOX, AWAY, INTERRUPTED, ENDED = 0, 1, 3, 4, 130, 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb; returns its exit status, which `--help` explains."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        parser().print_help()
        return DONE
    options = parser().parse_args(arguments)
    screen = Screen(options.json)
    try:
        status, error = run(options, screen)
        if error:
            print(f"{options.verb}: {error}", file=sys.stderr)
        screen.finish(status, error)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status


def command() -> None:
    """The command `grader`."""
    signal.signal(signal.SIGTERM, end)
    sys.exit(main())


def run(options: Namespace, screen: Screen) -> tuple[int, str]:
    """Run a verb; returns its exit status and what went wrong."""
    try:
        course = Course.here()
        if "assignment" in options and options.verb != "new":
            course.source(options.assignment)  # raises where there is no such assignment
        for verb in steps.STEPS if options.verb == "grade" else [options.verb]:
            steps.VERBS[verb](course, options, screen)
    except GradebookAway as error:
        return AWAY, str(error)
    except SandboxError as error:
        return SANDBOX, str(error)
    except (GradingError, AssignmentError) as error:
        return CHANGE, str(error)
    except KeyboardInterrupt:
        return INTERRUPTED, "stopped; what was graded is kept, the same command goes on"
    except Terminated:
        return ENDED, "ended; what was graded is kept, the same command goes on"
    return DONE, ""


class Terminated(BaseException):
    """The process was asked to end."""


def end(number: int, frame: object) -> None:
    """Handle SIGTERM as Ctrl-C is handled: unwind, so that no process stays behind."""
    raise Terminated


if __name__ == "__main__":
    command()
