"""Derived files that are committed: write them, or say which are stale."""

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.authoring.assignment import AssignmentError, assignments, course_folder, path_of


def difference(target: Path, text: str) -> str:
    """Unified diff from the file `target` to `text`; "" where they are equal."""
    old = target.read_text(encoding="utf-8") if target.is_file() else ""
    names = (str(target), f"{target} (fresh)")
    return "".join(difflib.unified_diff(old.splitlines(True), text.splitlines(True), *names))


def main(
    description: str,
    derive: Callable[[Path], tuple[Path, str]],
    arguments: Sequence[str] | None = None,
) -> int:
    """A command line that derives, from the source of each assignment, a file and its text.

    Returns 0, or 1 for `--check` and a stale file; exits with a message where a source is faulty.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("assignment", nargs="*", help="names such as 01_ngrams; all when left out")
    parser.add_argument("--check", action="store_true", help="write nothing, show what is stale")
    options = parser.parse_args(arguments)
    try:
        names = options.assignment or assignments(course_folder())
        paths = [path_of(name, course_folder()) for name in names]
        files = [derive(path) for path in paths]
    except AssignmentError as error:
        sys.exit(f"error: {error}")
    stale = [file for file in files if difference(*file)]
    for target, text in stale:
        print(difference(target, text) if options.check else f"wrote {target}")
        if not options.check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return 1 if options.check and stale else 0
