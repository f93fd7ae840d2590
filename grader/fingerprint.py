"""Fingerprints (sha256) of what decides a mark: the submission, the source, the environment."""

import functools
import hashlib
import json
import platform
import sysconfig
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

from grader.authoring.assignment import grade_id, kind, read
from grader.authoring.names import codes, imported_modules
from grader.authoring.weave import woven_modules
from grader.course import Course


def submission(course: Course, assignment: str, student: str) -> str:
    """Of the rebuilt notebook in `gradebook/submitted`; "" where there is none."""
    try:
        return of(course.submitted(assignment, student).read_bytes())
    except OSError:
        return ""


def content(notebook: NotebookNode, given: Collection[str]) -> str:
    """Of what a student wrote: the open cells of a rebuilt notebook that are not as `given`."""
    own = [c for c in notebook.cells if kind(c) not in ("given", "check") and c.source not in given]
    return of(json.dumps([[grade_id(cell), cell.source] for cell in own]).encode())


def source(course: Course, assignment: str) -> str:
    """Of the assignment's source and of the course's own modules that it imports or is woven of."""
    parts = [course.built_source(assignment).read_bytes()]
    for file in sorted(_library(course, assignment)):
        parts += [str(file.relative_to(course.root)).encode(), file.read_bytes()]
    return of(b"\0".join(parts))


def _library(course: Course, assignment: str) -> list[Path]:
    names = {module.split(".")[0] for module in woven_modules(course.source(assignment))}
    for code in codes(read(course.source(assignment))):
        names |= {module.split(".")[0] for module in imported_modules(code.tree)}
    packages = (course.root / name for name in names)
    files = [file for package in packages for file in package.rglob("*.py")]
    return files + [file for name in names if (file := course.root / f"{name}.py").is_file()]


@functools.cache
def environment() -> str:
    """Of the versions of Python and of every installed package."""
    # Not all of sys.path: an import may have put a package's own packages there.
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    found = metadata.distributions(path=sorted(folders))
    packages = sorted({f"{each.metadata['Name']} {each.version}" for each in found})
    return of("\n".join([platform.python_version(), *packages]).encode())


def of(data: bytes) -> str:
    """The sha256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
