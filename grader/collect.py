"""From a folder or a .zip of downloads to one submission per student in the gradebook's folders.

`gradebook/collected/<student>/<assignment>/` keeps what came, as it came. `gradebook/submitted/`
gets the notebook rebuilt from it (see restore.py), which is graded. The time of a submission is
that in a `timestamp.txt` beside it, else its file's. Of several notebooks of one student the
newest that belongs to the assignment counts. What came of each is a line of the journal.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from grader import downloads, fingerprint, roster
from grader.attempt import Job
from grader.authoring.assignment import cells
from grader.course import Course, GradingError
from grader.journal import Collected, Journal
from grader.reading import Broken, read_notebook
from grader.restore import restore

TIMESTAMP = "timestamp.txt"
MOST_NOTEBOOKS = 20  # of one student that are looked into
EDITED = "the submission was edited by an instructor"


def collect(course: Course, assignment: str, folder: Path) -> tuple[list[Collected], list[str]]:
    """Sort the files of `folder` to their students; returns what came of each, and strangers."""
    if not course.built_source(assignment).is_file():
        raise GradingError(f"{assignment} is not in the gradebook: run the step `release` first")
    students = roster.students(course)
    # Absolute: a student is told the name of a file, not whose folder it lay in.
    with downloads.opened(folder.absolute()) as opened, Journal(course, assignment) as book:
        handed_in, strangers = _sorted_by_owner(opened, students)
        taker, known, taken = Taker(course, assignment), book.states(), []
        for student, files in handed_in.items():
            if files:
                taken.append(taker.take(student, files))
                if student not in known or known[student].collected != taken[-1]:
                    book.append(taken[-1])
    return taken, strangers


def pending(course: Course, book: Journal, again: bool = False) -> list[Job]:
    """What is to be graded: every submission that is new or changed, or all of them.

    A grade of an earlier source or environment is not new work: `Journal.outdated` names those.
    """
    released = _released(course, book.assignment)
    jobs = []
    for student, state in book.states().items():
        if state.collected.status == "broken":
            continue
        if fingerprint.submission(course, book.assignment, student) != state.collected.submission:
            book.append(_edited(course, book.assignment, released, state.collected))
            state = book.state(student)
        if again or not state.is_graded:
            number, digest = state.attempts + 1, state.collected.submission
            jobs.append(Job(book.assignment, student, number, digest))
    return jobs


def _edited(
    course: Course, assignment: str, released: NotebookNode, collected: Collected
) -> Collected:
    """What a submission that was changed after it was collected holds now."""
    path = course.private("submitted", collected.student, assignment, f"{assignment}.ipynb")
    try:
        notebook, _ = restore(released, read_notebook(path))
    except Broken as fault:
        raise GradingError(f"{path}: {fault}; or run the step `collect` again") from None
    notes = [*(note for note in collected.notes if note != EDITED), EDITED]
    digest = fingerprint.submission(course, assignment, collected.student)
    result = Collected(collected.student, "collected", "", notes, digest, collected.handed_in)
    return _with_answers(result, released, notebook)


def _with_answers(
    collected: Collected, released: NotebookNode, notebook: NotebookNode
) -> Collected:
    """Note which answers are as released, and what the written ones say."""
    given = {cell.id: cell.source for cell in notebook.cells}
    for cell in cells(released, "answer", "written"):
        if given[cell.metadata.nbgrader.grade_id] == cell.source:
            collected.untouched.append(cell.metadata.nbgrader.grade_id)
    for cell in cells(notebook, "written"):
        collected.written[cell.id] = fingerprint.of(cell.source.encode())
    return collected


def _released(course: Course, assignment: str) -> NotebookNode:
    return nbformat.read(course.exercise(assignment), as_version=4)


def _sorted_by_owner(
    folder: Path, students: list[roster.Student]
) -> tuple[dict[str, list[Path]], list[str]]:
    """Files by student, and the names of those that belong to nobody."""
    owners = roster.Owners(students)
    top = _top(folder, owners)
    handed_in: dict[str, list[Path]] = {student.id: [] for student in students}
    strangers = []
    for file in downloads.found(top):
        student = owners.of(file.relative_to(top).parts[0])
        if student:
            handed_in[student.id].append(file)
        elif file.name != TIMESTAMP:
            strangers.append(downloads.shown(file.relative_to(top)))
    return handed_in, strangers


def _top(folder: Path, owners: roster.Owners) -> Path:
    """The folder whose entries belong to students: `folder`, or the only folder in it."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(downloads.HIDDEN)]
    alone = len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink()
    wrapped = alone and not owners.of(inside[0].name)
    return _top(inside[0], owners) if wrapped else folder


class Taker:
    """Takes the files of one student after another."""

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.released = _released(course, assignment)

    def take(self, student: str, files: list[Path]) -> Collected:
        """Keep a student's files and rebuild the submission from the notebook that counts."""
        collected = Collected(student)
        files = [file for file in files if file.name != TIMESTAMP]
        usable = [file for file in files if not downloads.odd(file)]
        downloads.copy_into(self.course.private("collected", student, self.assignment), usable)
        submitted = self.course.private("submitted", student, self.assignment)
        try:
            with tempfile.TemporaryDirectory() as scratch:
                file, notebook = self._notebook(collected, files, Path(scratch))
                time = _handed_in_at(file, collected.notes)
        except Broken as fault:
            shutil.rmtree(submitted, ignore_errors=True)
            return Collected(student, "broken", str(fault), collected.notes)
        collected.handed_in = time.isoformat()
        collected.submission = _write(submitted, self.assignment, notebook, time)
        return _with_answers(collected, self.released, notebook)

    def _notebook(
        self, collected: Collected, files: list[Path], scratch: Path
    ) -> tuple[Path, NotebookNode]:
        """The newest notebook of the assignment, rebuilt, and its file; Broken without one."""
        notebooks = _notebooks(files, scratch)
        faults = []
        for file in notebooks[:MOST_NOTEBOOKS]:
            try:
                notebook, notes = restore(self.released, read_notebook(file))
            except Broken as fault:
                faults.append((file, fault))
                continue
            collected.notes += self._notes(file, notebooks, faults) + notes
            return file, notebook
        raise faults[0][1]

    def _notes(self, file: Path, notebooks: list[Path], faults: list) -> list[str]:
        """What is to be said about the choice of `file`."""
        name = downloads.shown(file)
        notes = []
        if len(notebooks) > 1:
            notes.append(f"{len(notebooks)} notebooks were handed in: {name} counts")
        notes += [f"{downloads.shown(other)} was left out: {fault}" for other, fault in faults]
        if "_LATE_" in file.name:
            notes.append("late, says Canvas")
        if not file.stem.endswith(self.assignment):
            notes.append(f"{name!r} was taken as {self.assignment}.ipynb")
        return notes


def _notebooks(files: list[Path], scratch: Path) -> list[Path]:
    """The notebooks among the files and in archives, the newest first; Broken without one."""
    usable = [file for file in files if not downloads.odd(file)]
    for number, archive in enumerate(filter(downloads.is_archive, usable)):
        downloads.unpack(archive, scratch / str(number))
    usable += [file for file in downloads.found(scratch) if not downloads.odd(file)]
    # A browser may save x.ipynb as x.ipynb.json or x.ipynb.txt.
    notebooks = [file for file in usable if ".ipynb" in file.name.lower()]
    if notebooks:
        return sorted(notebooks, key=lambda file: _handed_in_at(file, []), reverse=True)
    others = [
        f"{downloads.shown(file)} is {what}"
        if (what := downloads.odd(file))
        else downloads.shown(file)
        for file in files
    ]
    raise Broken(f"no notebook (.ipynb) was handed in, only {', '.join(others[:5])}")


def _handed_in_at(file: Path, notes: list[str]) -> datetime:
    """Naive UTC time of a submission."""
    stamp = file.parent / TIMESTAMP
    if stamp.is_file():
        try:
            return parse_utc(stamp.read_text(encoding="utf-8").strip())
        except (ValueError, OverflowError, OSError):
            notes.append(f"{TIMESTAMP} holds no time: the file's own time counts")
    seconds = min(max(int(file.stat().st_mtime), 0), 2**32)  # what every system can show
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _write(folder: Path, assignment: str, notebook: NotebookNode, time: datetime) -> str:
    """Write the submission for grading, and its time; returns the notebook's fingerprint."""
    data = nbformat.v4.writes(notebook).encode()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / TIMESTAMP).write_text(f"{time:%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
    part = folder / f"{assignment}.part"
    part.write_bytes(data)
    os.replace(part, folder / f"{assignment}.ipynb")
    return fingerprint.of(data)
