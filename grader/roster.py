"""The class list: a CSV file with the columns `id`, `name`, `email` and, where known, `lms_id`.

`id` is the student's id in file names and in the gradebook. `lms_id` is the number by which Canvas
(column ID of an exported gradebook) or Moodle (`Participant 1234`) knows the student.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Student as Row
from sqlalchemy import Connection, bindparam, select

from grader.course import Course, GradingError
from grader.database import Database

VALID_ID = re.compile(r"\w[\w.@-]*")
TABLE = Row.__table__
END_OF_ID = re.compile(r"_| - |\.ipynb$")


@dataclass(frozen=True)
class Student:
    """One line of the class list."""

    id: str
    name: str
    email: str
    lms_id: str = ""


def read(path: Path) -> list[Student]:
    """The students of the CSV file at `path`; GradingError names the first faulty line."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    # Where the decimal comma is used, spreadsheets separate columns by semicolons.
    separator = "," if "," in first else ";"
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = {"id", "name", "email"} - set(reader.fieldnames)
    if missing:
        raise GradingError(f"{path}: no column {', '.join(sorted(missing))} in the first line")
    students = [_student(row, f"{path}, line {reader.line_num}") for row in reader]
    if not students:
        raise GradingError(f"{path}: no student below the first line")
    twice = [count for count in Counter(_plain(s.id) for s in students).items() if count[1] > 1]
    if twice:
        names = ", ".join(name for name, _ in twice)
        raise GradingError(f"{path}: the id {names} occurs more than once (capitals do not count)")
    return students


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GradingError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GradingError(f"{path}: not UTF-8; save it as 'CSV UTF-8', then try again") from None


def _student(row: dict[str, str], place: str) -> Student:
    values = {key: (row.get(key) or "").strip() for key in ("id", "name", "email", "lms_id")}
    if not VALID_ID.fullmatch(values["id"]):
        raise GradingError(
            f"{place}: the id {values['id']!r} cannot name a folder (letters, digits, _ . @ -)"
        )
    return Student(**values)


def register(course: Course, path: Path) -> list[Student]:
    """Read the class list at `path` and write it into the gradebook."""
    students = read(path)
    course.gradebook().close()  # which makes the tables where there are none
    Database(course).transaction(lambda connection: _write(connection, students))
    return students


def _write(connection: Connection, students: list[Student]) -> None:
    """Insert who is new and update who differs; others stay."""
    found = {row.id: row for row in connection.execute(select(TABLE))}
    rows = {student.id: _row(student) for student in students}
    new = [{"id": key, **row} for key, row in rows.items() if key not in found]
    changed = [
        {"key": key, **row}
        for key, row in rows.items()
        if key in found and row.items() - found[key]._mapping.items()
    ]
    if new:
        connection.execute(TABLE.insert(), new)
    if changed:
        connection.execute(TABLE.update().where(TABLE.c.id == bindparam("key")), changed)


def _row(student: Student) -> dict[str, str | None]:
    """What nbgrader, which shows "last, first", knows of a student."""
    number = student.lms_id or None
    return {
        "first_name": "",
        "last_name": student.name,
        "email": student.email,
        "lms_user_id": number,
    }


def students(course: Course) -> list[Student]:
    """The class list as the gradebook has it, sorted by id; GradingError where it is empty."""
    course.gradebook().close()
    rows = Database(course).transaction(lambda c: c.execute(select(TABLE)).all())
    found = [Student(r.id, r.last_name or "", r.email or "", r.lms_user_id or "") for r in rows]
    if not found:
        raise GradingError("the gradebook knows no students: run the step `roster` first")
    return sorted(found, key=lambda student: student.id)


class Owners:
    """Finds the student to whom a downloaded file or folder belongs.

    Known shapes: `<id>_...`, `<id>.ipynb`, `<id> - ...`, `<id>/...`, Canvas
    `<name>_LATE_<lms id>_<number>_...`, Moodle `<full name>_<lms id>_assignsubmission_file_...`
    and `<full name>_...`.
    """

    def __init__(self, students: list[Student]) -> None:
        self.by_id = {_plain(student.id): student for student in students}
        numbered = [(_plain(s.lms_id), s) for s in students if s.lms_id]
        self.by_number, self.by_name = (
            _alone(numbered),
            _alone([(_plain(s.name), s) for s in students]),
        )

    def of(self, name: str) -> Student | None:
        """The student to whom the file or folder called `name` belongs, if that is clear."""
        plain = _plain(name)
        ends = [match.start() for match in END_OF_ID.finditer(plain)]
        for end in sorted([*ends, len(plain)], reverse=True):  # the longest id first
            if plain[:end] in self.by_id:
                return self.by_id[plain[:end]]
        first, *rest = plain.split("_")
        numbers = {self.by_number[part] for part in rest[:-1] if part in self.by_number}
        if len(numbers) == 1:
            return numbers.pop()
        return None if numbers else self.by_name.get(first)


def _alone(pairs: list[tuple[str, Student]]) -> dict[str, Student]:
    """Students by what no other student has, too."""
    times = Counter(key for key, _ in pairs)
    return {key: student for key, student in pairs if key and times[key] == 1}


def _plain(text: str) -> str:
    """Text as file systems and archives may have changed it: one Unicode form, one case."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
