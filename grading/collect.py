"""From a folder or a .zip of downloads to one submission per student in the gradebook's folders.

`gradebook/collected/<student>/<assignment>/` keeps what came, as it came. `gradebook/submitted/`
gets the notebook rebuilt from it (see restore.py), which nbgrader grades. The time of a submission
is that in a `timestamp.txt` beside it, else its file's. Of several notebooks of one student the
newest counts.
"""

import hashlib
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import nbformat
from nbgrader.utils import parse_utc

from grading import records, roster
from grading.course import Course, GradingError
from grading.records import Record
from grading.restore import TOO_BIG, Broken, read_notebook, restore

TIMESTAMP = "timestamp.txt"
HIDDEN = (".", "__MACOSX")


def collect(course: Course, assignment: str, downloads: Path) -> tuple[list[Record], list[str]]:
    """Sort the files of `downloads` to their students; returns records and files of nobody."""
    if not course.built_source(assignment).is_file():
        raise GradingError(f"{assignment} is not in the gradebook: run the step `release` first")
    students = roster.students(course)
    handed_in: dict[str, list[Path]] = {student.id: [] for student in students}
    strangers = []
    with _unpacked(downloads) as unpacked:
        folder = _top(unpacked, students)
        for file in _files(folder):
            student = roster.owner(file.relative_to(folder).parts[0], students)
            if student:
                handed_in[student.id].append(file)
            else:
                strangers.append(str(file.relative_to(folder)))
        taken = [
            _take(course, assignment, student, files)
            for student, files in handed_in.items()
            if files
        ]
    return taken, strangers


@contextmanager
def _unpacked(downloads: Path) -> Iterator[Path]:
    """The folder `downloads`, or the .zip unpacked into a temporary one with its files' times."""
    if downloads.is_dir():
        yield downloads
        return
    if not zipfile.is_zipfile(downloads):
        raise GradingError(f"{downloads} is neither a folder nor a .zip file")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(downloads) as archive:
        for entry in archive.infolist():
            try:
                _unpack(archive, entry, Path(folder))
            except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
                message = f"{downloads}: {entry.filename!r} cannot be unpacked: {error}"
                raise GradingError(message) from None
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Write a file of the archive below `folder`, with its time; of one too big, the start."""
    parts = [part for part in PurePosixPath(entry.filename).parts if part not in ("/", "..")]
    if entry.is_dir() or not parts:
        return
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as file:
        path.write_bytes(file.read(TOO_BIG + 1))
    stamp = time.mktime((*entry.date_time, 0, 0, -1))
    os.utime(path, (stamp, stamp))


def _top(folder: Path, students: list[roster.Student]) -> Path:
    """The folder whose entries belong to students: `folder`, or the only folder in it."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(HIDDEN)]
    alone = len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink()
    wrapped = alone and not roster.owner(inside[0].name, students)
    return _top(inside[0], students) if wrapped else folder


def _files(folder: Path) -> list[Path]:
    """Ordinary files below `folder`, without hidden ones, links and devices."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(HIDDEN) for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.name != TIMESTAMP:
            found.append(path)
    return found


def _handed_in_at(file: Path) -> datetime:
    """Naive UTC time of a submission."""
    stamp = file.parent / TIMESTAMP
    if stamp.is_file():
        try:
            return parse_utc(stamp.read_text(encoding="utf-8").strip())
        except ValueError:
            raise GradingError(f"{stamp} holds no time: {stamp.read_text()!r}") from None
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC).replace(tzinfo=None)


def _take(course: Course, assignment: str, student: str, files: list[Path]) -> Record:
    """Keep a student's files, rebuild the submission from the newest notebook, record it."""
    record = Record(assignment, student, "collected")
    kept = course.private("collected", student, assignment)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for file in files:
        if file.stat().st_size <= TOO_BIG:
            shutil.copy2(file, kept / file.name)
    try:
        _rebuild(course, record, files)
    except Broken as fault:
        record.status, record.reason = "broken", str(fault)
    earlier = {r.student: r for r in records.load(course, assignment)}.get(student)
    if earlier and earlier.status != "collected" and earlier.digest == record.digest != "":
        return earlier
    records.save(course, record)
    return record


def _rebuild(course: Course, record: Record, files: list[Path]) -> None:
    """Write the submission that nbgrader grades, and its time; Broken where that cannot be."""
    # A browser may save x.ipynb as x.ipynb.json or x.ipynb.txt.
    notebooks = sorted((f for f in files if ".ipynb" in f.name.lower()), key=_handed_in_at)
    if not notebooks:
        raise Broken(f"no notebook (.ipynb) was handed in, only {', '.join(f.name for f in files)}")
    newest = notebooks[-1]
    if len(notebooks) > 1:
        record.notes.append(f"{len(notebooks)} notebooks were handed in: {newest.name} counts")
    if "_LATE_" in newest.name:
        record.notes.append("late, says Canvas")
    if not newest.stem.endswith(record.assignment):
        record.notes.append(f"{newest.name!r} was taken as {record.assignment}.ipynb")
    released = nbformat.read(course.exercise(record.assignment), as_version=4)
    notebook, notes = restore(released, read_notebook(newest))
    record.notes += notes
    folder = course.private("submitted", record.student, record.assignment)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{record.assignment}.ipynb")
    (folder / TIMESTAMP).write_text(f"{_handed_in_at(newest):%Y-%m-%d %H:%M:%S} UTC")
    record.digest = digest(course, record.assignment, record.student)


def digest(course: Course, assignment: str, student: str) -> str:
    """Fingerprint of what decides a mark: the submission, its time, and the source."""
    submitted = course.private("submitted", student, assignment)
    paths = [
        submitted / f"{assignment}.ipynb",
        submitted / TIMESTAMP,
        course.built_source(assignment),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
