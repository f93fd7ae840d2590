"""A course folder with one assignment and what is handed in for it, ready to be graded."""

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import read
from grader.authoring.build_exercises import exercise_path
from grader.authoring.weave import withheld_modules
from grader.course import Course

GENERATED = shutil.ignore_patterns(".*", "__pycache__")


def make_course(folder: Path, path: Path, exercise: NotebookNode | None = None) -> Course:
    """Copy the source at `path`, its library and its exercise into a new folder.

    `exercise` stands for the committed exercise where there is none. The folder can be read by all
    users, as a course folder can.
    """
    name, home = path.stem, path.parents[2]
    folder.mkdir(parents=True)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == folder.stat().st_uid and parent.stat().st_mode & 0o077 == 0:
            parent.chmod(0o755)
    shutil.copytree(path.parent, folder / "solutions" / name, ignore=GENERATED)
    for library in {module.split(".")[0] for module in withheld_modules(path)}:
        (folder / library).symlink_to(home / library)
    if (home / "data").is_dir():
        (folder / "data").symlink_to(home / "data")
    course = Course(folder)
    for target, notebook in (
        (course.exercise(name), exercise or nbformat.read(exercise_path(path), as_version=4)),
        (course.built_source(name), read(path)),
    ):
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)
    return course


def hand_in(course: Course, assignment: str, student: str, notebook: NotebookNode) -> None:
    """Put a submission where collecting puts it."""
    file = course.private("submitted", student, assignment) / f"{assignment}.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(notebook, file)
