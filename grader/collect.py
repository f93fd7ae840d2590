"""From a folder or a .zip of downloads to one submission per student in the gradebook's folders.

`gradebook/collected/<student>/<assignment>/` keeps what came, as it came. `gradebook/submitted/`
gets the notebook rebuilt from it (see restore.py), which is graded. Of several notebooks of one
student the newest that belongs to the assignment counts. Each has a line in the journal.

When something was handed in, a file's time does not tell: in a download it is the time of the
download, and in a student's own archive whatever the student likes. It comes from a table of times,
the class list, or Canvas, which says LATE; from the files only where the instructor asks for that.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader import downloads, fingerprint, roster
from grader.attempt import Job
from grader.authoring.assignment import cells
from grader.course import Course, GradingError, not_released, write
from grader.journal import Collected, Journal
from grader.people import Owner, People
from grader.reading import Broken, read_notebook
from grader.release import versions
from grader.restore import restore
from grader.tables import read_table, time_of

TIMES = ("time", "handed_in", "handed in", "submitted", "submitted at", "timestamp")
MOST_NOTEBOOKS = 20  # of one student that are looked into
EDITED = "the submission was edited by an instructor"
LATE = "late, says Canvas"
STAMP = "timestamp.txt"


@dataclass
class Taken:
    """What came of a download."""

    submissions: list[Collected] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # what belongs to nobody, and why
    unmatched_times: list[str] = field(default_factory=list)  # lines of a table of times

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "submissions": len(self.submissions),
            "strangers": self.strangers,
            "unmatched_times": self.unmatched_times,
        }


@dataclass
class Came:
    """The files of one student, and whose name they bore."""

    owners: dict[Path, Owner] = field(default_factory=dict)  # by file or folder in the download
    files: list[Path] = field(default_factory=list)


def collect(
    course: Course,
    assignment: str,
    folder: Path,
    times: Path | None = None,
    file_times: bool = False,
) -> Taken:
    """Sort the files of `folder` to their students.

    `times` is a table of times; with `file_times` the files' own times count.
    """
    if not course.built_source(assignment).is_file():
        raise not_released(assignment)
    people = People(roster.students(course), roster.left(course))
    taken = Taken()
    if times:
        roster.keep_times(course, assignment, _times(times, people, taken.unmatched_times))
    known_times = roster.handed_in(course, assignment)
    # Absolute: a student is told the name of a file, not whose folder it lay in.
    with downloads.opened(folder.absolute()) as opened, Journal(course, assignment) as book:
        handed_in = _sorted_by_owner(opened, people, assignment, taken.strangers)
        taker, known = Taker(course, assignment, file_times), book.states()
        for student, came in sorted(handed_in.items()):
            collected = taker.take(student, came)
            before = known[student].collected if student in known else None
            collected.handed_in = known_times.get(student) or collected.handed_in
            taken.submissions.append(collected)
            if before != collected:
                book.append(collected)
        for student, time in known_times.items():
            before = book.state(student).collected if student in known else None
            if before and student not in handed_in and before.handed_in != time:
                book.append(replaced(before, handed_in=time))
    return taken


def replaced(collected: Collected, **values: str) -> Collected:
    """The same with other values."""
    return Collected(**{**vars(collected), **values})


def pending(course: Course, book: Journal, again: bool = False) -> list[Job]:
    """What is to be graded: every submission that is new or changed, or all of them.

    A grade of an earlier source or environment is not new work: `Journal.outdated` names those.
    """
    releases = versions(course, book.assignment)
    jobs = []
    for student, state in book.states().items():
        if state.collected.status == "broken":
            continue
        if fingerprint.submission(course, book.assignment, student) != state.collected.submission:
            book.append(_edited(course, book.assignment, releases, state.collected))
            state = book.state(student)
        if again or not state.is_graded:
            number, digest = state.attempts + 1, state.collected.submission
            jobs.append(Job(book.assignment, student, number, digest))
    return jobs


def _edited(
    course: Course, assignment: str, releases: Sequence[NotebookNode], collected: Collected
) -> Collected:
    """What a submission that was changed after it was collected holds now."""
    path = course.submitted(assignment, collected.student)
    try:
        notebook, _ = restore(releases[0], read_notebook(path), releases[1:])
    except Broken as fault:
        raise GradingError(f"{path}: {fault}; or run the step `collect` again") from None
    notes = [*(note for note in collected.notes if note != EDITED), EDITED]
    digest = fingerprint.submission(course, assignment, collected.student)
    result = replaced(collected, submission=digest)
    result.notes, result.untouched, result.written = notes, [], {}
    return _with_answers(result, releases, notebook)


def _with_answers(
    collected: Collected, releases: Sequence[NotebookNode], notebook: NotebookNode
) -> Collected:
    """Note what was written, which answers are as released, and what the written ones say."""
    given = {cell.id: cell.source for cell in notebook.cells}
    for cell in cells(releases[0], "answer", "written"):
        if given[cell.metadata.nbgrader.grade_id] == cell.source:
            collected.untouched.append(cell.metadata.nbgrader.grade_id)
    for cell in cells(notebook, "written"):
        collected.written[cell.id] = fingerprint.of(cell.source.encode())
    texts = {cell.source for release in releases for cell in release.cells}
    collected.content = fingerprint.content(notebook, texts)
    return collected


def _times(path: Path, people: People, unmatched: list[str]) -> dict[str, str]:
    """When each student handed in, as the table at `path` says; appends what fits nobody."""
    found: dict[str, str] = {}
    for place, row in read_table(path).records():
        column = next((n for n in row if n in TIMES or n.startswith("last modified (sub")), None)
        if column is None:
            raise GradingError(f"{path}: no column {TIMES[0]} in the first line")
        others = [text for name, text in row.items() if name != column and text]
        numbers = [text.split()[-1] for text in others]
        who, _ = people.in_cells(others, numbers)
        time = time_of(row[column], place)
        if time and len(who) == 1:
            found[next(iter(who)).id] = time.isoformat()
        elif time:
            unmatched.append(f"{place}: two students" if who else f"{place}: no student")
    return found


def _sorted_by_owner(
    folder: Path, people: People, assignment: str, strangers: list[str]
) -> dict[str, Came]:
    """Files by student; appends what belongs to nobody."""
    top = _top(folder, people, assignment)
    handed_in: dict[str, Came] = {}
    for file in downloads.found(top):
        part = file.relative_to(top).parts[0]
        owner = people.owner(part, assignment)
        if owner.student:
            came = handed_in.setdefault(owner.student.id, Came())
            came.files.append(file)
            came.owners[file] = owner
        elif file.name != STAMP:
            name = downloads.shown(file.relative_to(folder))
            strangers.append(f"{name} belongs to nobody on the class list: {owner.why}")
    return handed_in


def _top(folder: Path, people: People, assignment: str) -> Path:
    """The folder whose entries belong to students: `folder`, or the only folder in it."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(downloads.HIDDEN)]
    alone = len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink()
    name = inside[0].name if alone else ""
    if not alone or people.is_submission(name) or people.owner(name, assignment).student:
        return folder
    return _top(inside[0], people, assignment)


class Taker:
    """Takes the files of one student after another."""

    def __init__(self, course: Course, assignment: str, file_times: bool = False) -> None:
        self.course, self.assignment, self.file_times = course, assignment, file_times
        self.releases = versions(course, assignment)

    def take(self, student: str, came: Came) -> Collected:
        """Keep a student's files and rebuild the submission from the notebook that counts."""
        collected = Collected(student)
        files = [file for file in came.files if file.name != STAMP]
        usable = [file for file in files if not downloads.odd(file)]
        downloads.copy_into(self.course.private("collected", student, self.assignment), usable)
        submitted = self.course.private("submitted", student, self.assignment)
        try:
            with tempfile.TemporaryDirectory() as scratch:
                file, notebook = self._notebook(collected, came, files, Path(scratch))
        except Broken as fault:
            shutil.rmtree(submitted, ignore_errors=True)
            came_as = _came_as(files[0]) if files else ""
            return Collected(student, "broken", str(fault), collected.notes, came_as=came_as)
        owner = came.owners[file]
        collected.late, collected.came_as = owner.late, _came_as(file)
        if owner.late:
            collected.notes.append(LATE)
        if self.file_times:
            collected.handed_in = _file_time(file).isoformat()
        collected.submission = _write(submitted, self.assignment, notebook)
        return _with_answers(collected, self.releases, notebook)

    def _notebook(
        self, collected: Collected, came: Came, files: list[Path], scratch: Path
    ) -> tuple[Path, NotebookNode]:
        """The file that counts, as it was downloaded, and its notebook rebuilt; else Broken."""
        notebooks = _notebooks(files, came.owners, scratch)
        faults = []
        for file in list(notebooks)[:MOST_NOTEBOOKS]:
            try:
                notebook, notes = restore(self.releases[0], read_notebook(file), self.releases[1:])
            except Broken as fault:
                faults.append((file, fault))
                continue
            collected.notes += self._notes(file, len(notebooks), faults) + notes
            return notebooks[file], notebook
        raise faults[0][1]

    def _notes(self, file: Path, count: int, faults: list) -> list[str]:
        """What is to be said about the choice of `file`."""
        name = downloads.shown(file)
        notes = []
        if count > 1:
            notes.append(f"{count} notebooks were handed in: {name} counts")
        notes += [f"{downloads.shown(other)} was left out: {fault}" for other, fault in faults]
        if not file.stem.endswith(self.assignment):
            notes.append(f"{name!r} was taken as {self.assignment}.ipynb")
        return notes


def _notebooks(files: list[Path], owners: Mapping[Path, Owner], scratch: Path) -> dict[Path, Path]:
    """The file of each notebook among the files and in archives, the newest notebook first."""
    usable = {file: file for file in files if not downloads.odd(file)}
    for number, archive in enumerate(filter(downloads.is_archive, list(usable))):
        inside = scratch / str(number)
        downloads.unpack(archive, inside)
        usable |= {file: archive for file in downloads.found(inside) if not downloads.odd(file)}
    # A browser may save x.ipynb as x.ipynb.json or x.ipynb.txt.
    notebooks = [file for file in usable if ".ipynb" in file.name.lower()]
    if notebooks:
        notebooks.sort(key=lambda f: (owners[usable[f]].order, _file_time(f)), reverse=True)
        return {file: usable[file] for file in notebooks}
    others = [
        f"{downloads.shown(file)} is {what}"
        if (what := downloads.odd(file))
        else downloads.shown(file)
        for file in files
    ]
    raise Broken(f"no notebook (.ipynb) was handed in, only {', '.join(others[:5])}")


def _came_as(file: Path) -> str:
    """The name by which Canvas (of the file) or Moodle (of its folder) knows the submission."""
    folders = [part for part in file.parts if "_assignsubmission_" in part]
    return folders[0] if folders else file.name


def _file_time(file: Path) -> datetime:
    """The naive UTC time of a file, as every system can show it."""
    seconds = min(max(int(file.stat().st_mtime), 0), 2**32)
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _write(folder: Path, assignment: str, notebook: NotebookNode) -> str:
    """Write the submission for grading; returns the notebook's fingerprint."""
    text = nbformat.v4.writes(notebook)
    shutil.rmtree(folder, ignore_errors=True)
    write(folder / f"{assignment}.ipynb", text)
    return fingerprint.of(text.encode())
