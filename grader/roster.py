"""The class list: who is in the class today, with the columns `id`, `name`, `email`, `lms_id`.

`id` is the student's id in file names and in the gradebook, `lms_id` the number by which Canvas or
Moodle knows the student. Two more columns may say when this assignment was `handed_in` and which
`extension` a student has ("2 days", "36 h"). A list that Canvas (its exported gradebook) or Moodle
(participants, grades, an offline grading worksheet) wrote is understood, too.

The newest list counts. Who is not on it any more has left: the marks stay in the gradebook, and
come back with the name. Who has the number or the address of somebody who left is that person under
another id: the work moves along.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Student, SubmittedAssignment
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, load_only

from grader.course import Course, GradingError, write
from grader.database import Database
from grader.journal import Journal
from grader.people import Member, name_forms, plain
from grader.tables import number, read_table, time_of

VALID_ID = re.compile(r"\w[\w.@-]*")
DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(d|h|m)\w*", re.IGNORECASE)
SECONDS = {"d": 86_400, "h": 3_600, "m": 60}
IDENTIFIER = re.compile(r"\D{6,}?(\d+)")  # "Participant 4001", "Teilnehmer/in4001"
NAMES = ("name", "student", "full name", "student name")
LOGINS = ("username", "login id", "sis login id", "sis user id", "sis id", "id number")
NO_STUDENT = re.compile(r"points possible|student, test|test student", re.IGNORECASE)
STORE = "class.json"
FOLDERS = ("collected", "submitted", "autograded", "feedback")


@dataclass
class ClassList:
    """A class list as it was read."""

    students: list[Member]
    extensions: dict[str, float] | None = None  # seconds, by id; None: it has no such column
    handed_in: dict[str, str] = field(default_factory=dict)  # ISO 8601, UTC, by id


@dataclass
class Registered:
    """What a new class list changed."""

    students: list[Member]
    left: list[str] = field(default_factory=list)  # ids
    renamed: dict[str, str] = field(default_factory=dict)  # new id, by old

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"students": len(self.students), "left": self.left, "renamed": self.renamed}

    def __str__(self) -> str:
        lines = [f"{len(self.students)} students"]
        lines += [f"{old} is {new} now, with all marks" for old, new in self.renamed.items()]
        if self.left:
            lines.append(f"not on the list any more, marks are kept: {', '.join(self.left)}")
        return "\n".join(lines)


def read(path: Path) -> ClassList:
    """The class list in the CSV file at `path`; GradingError names the first faulty line."""
    table = read_table(path)
    records = table.records()
    names = {name.strip().lower() for name in table.header}
    if not {"id", "name", "email"} <= names:
        records = _understood(path, names, records)
    found = ClassList([], {} if "extension" in names else None)
    for place, cells in records:
        student = _member(cells, place)
        found.students.append(student)
        if found.extensions is not None:
            found.extensions[student.id] = _seconds(cells.get("extension", ""), place)
        if time := time_of(cells.get("handed_in", ""), place):
            found.handed_in[student.id] = time.isoformat()
    if not found.students:
        raise GradingError(f"{path}: no student below the first line")
    _refuse_twins(path, found.students)
    return found


def _refuse_twins(path: Path, students: Iterable[Member]) -> None:
    for what in ("id", "lms_id"):
        counts = Counter(plain(getattr(student, what)) for student in students)
        if twice := [each for each, count in counts.items() if each and count > 1]:
            names = ", ".join(twice)
            raise GradingError(
                f"{path}: the {what} {names} occurs more than once (capitals do not count)"
            )


def _member(cells: dict[str, str], place: str) -> Member:
    values = {key: cells.get(key) or "" for key in ("id", "name", "email", "lms_id")}
    for key in ("id", "lms_id"):
        values[key] = number(values[key], place)
    if not VALID_ID.fullmatch(values["id"]):
        raise GradingError(
            f"{place}: the id {values['id']!r} cannot name a folder (letters, digits, _ . @ -)"
        )
    if values["email"] and "@" not in values["email"]:
        raise GradingError(
            f"{place}: {values['email']!r} is no e-mail address; "
            'a name with a comma in it must stand in quotes: "Lovelace, Ada"'
        )
    return Member(**values)


def _seconds(text: str, place: str) -> float:
    length = DURATION.fullmatch(text)
    if text and not length:
        raise GradingError(f"{place}: the extension {text!r} is no length such as 2 days or 36 h")
    return float(length[1].replace(",", ".")) * SECONDS[length[2].lower()] if length else 0.0


def _understood(
    path: Path, names: set[str], records: list[tuple[str, dict[str, str]]]
) -> list[tuple[str, dict[str, str]]]:
    """The rows of a list that Canvas or Moodle exported, with our columns."""
    addresses = [n for n in names if all("@" in c.get(n, "") for _, c in records)]
    canvas = "student" in names and "id" in names
    if not records or not (canvas or addresses):
        missing = ", ".join(sorted({"id", "name", "email"} - names))
        raise GradingError(f"{path}: no column {missing} in the first line")
    roles = [
        n for n in ("role", "roles") if any("student" in c.get(n, "").lower() for _, c in records)
    ]
    rows = []
    for place, cells in records:
        who = _person(cells, addresses[0] if addresses else "", canvas)
        role = not roles or "student" in cells[roles[0]].lower()
        if role and who["name"] and not NO_STUDENT.match(who["name"]):
            rows.append((place, cells | who))
    return rows


def _person(cells: dict[str, str], address: str, canvas: bool) -> dict[str, str]:
    name = next((cells[key] for key in NAMES if cells.get(key)), "")
    before = list(cells)[: list(cells).index(address)] if address else []
    own = "name" in cells  # which no system has, and every list that a person writes
    marked = [m[1] for key in before[:1] if (m := IDENTIFIER.fullmatch(cells[key])) and not own]
    texts = [cells[key] for key in before if cells[key] and not re.search(r"\d", cells[key])]
    email = cells.get(address, "")
    login = next((cells[key] for key in LOGINS if cells.get(key)), "")
    lms_id = number(cells["id"], "") if canvas else "".join(marked)
    if cells.get("id") and not canvas and not marked:
        login = cells["id"]
    if not email and "@" in login:
        email = login
    return {
        "id": re.sub(r"[^\w.@-]", "_", number(login, "") or email or lms_id),
        "name": name or " ".join(texts[:2]),
        "email": email,
        "lms_id": lms_id,
    }


def register(course: Course, path: Path, assignment: str = "") -> Registered:
    """Let the class list at `path` be the class, and write it into the gradebook."""
    new = read(path)
    course.gradebook().close()  # which makes the tables where there are none
    kept = _stored(course)
    before = [Member(**each) for each in kept.get("students", [])]
    left = [Member(**each) for each in kept.get("left", [])]
    ids = {student.id for student in new.students}
    known = {student.id for student in before}
    gone = {each.id: each for each in [*left, *before] if each.id not in ids}
    result = Registered(new.students)
    for student in new.students:
        former = [] if student.id in known else _former(student, list(gone.values()), new.students)
        if len(former) == 1:
            _rename(course, former[0].id, student)
            result.renamed[former[0].id] = student.id
            for by_id in kept.get("handed_in", {}).values():
                by_id |= {student.id: by_id.pop(former[0].id)} if former[0].id in by_id else {}
            del gone[former[0].id]
    result.left = sorted(known & gone.keys())
    Database(course).transaction(lambda session: _write(session, new.students))
    kept["students"] = [asdict(each) for each in new.students]
    kept["left"] = [asdict(each) for each in gone.values()]
    if assignment and new.extensions is not None:
        kept.setdefault("extensions", {})[assignment] = new.extensions
    _keep(course, kept)
    if new.handed_in:
        keep_times(course, assignment, new.handed_in)
    return result


def keep_times(course: Course, assignment: str, times: dict[str, str]) -> None:
    """Keep when students handed in, ISO 8601 in UTC by id, beside what is known already."""
    kept = _stored(course)
    kept.setdefault("handed_in", {}).setdefault(assignment, {}).update(times)
    _keep(course, kept)


def _former(new: Member, gone: list[Member], students: list[Member]) -> list[Member]:
    """Who of those that are gone may be the person `new`: by id, number or address.

    A name says so where it is the only one on either side, and nothing else speaks against it.
    """
    same = [old for old in gone if plain(old.id) == plain(new.id) or True in _compared(old, new)]
    named = [old for old in gone if _forms(old) & _forms(new)]
    twins = [each for each in students if _forms(each) & _forms(new)]
    alone = len(named) == len(twins) == 1 and False not in _compared(named[0], new)
    return same or (named if alone else [])


def _compared(old: Member, new: Member) -> list[bool]:
    """Whether number and address are the same, as far as both lines have them."""
    pairs = [(old.lms_id, new.lms_id), (old.email, new.email)]
    return [plain(one) == plain(other) for one, other in pairs if one and other]


def _forms(student: Member) -> set[str]:
    return set(name_forms(student.name))


def _rename(course: Course, old: str, new: Member) -> None:
    """Move the work and the marks of the student `old` to the id of `new`."""
    if taken := [f for f in FOLDERS if course.private(f, new.id).exists()]:
        raise GradingError(
            f"{old} and {new.id} are one person by number or e-mail address, and both have work "
            f"in gradebook/{taken[0]}: correct the class list"
        )

    def move(session: Session) -> None:
        _write(session, [new])
        session.flush()
        work = SubmittedAssignment
        session.execute(update(work).where(work.student_id == old).values(student_id=new.id))
        session.execute(delete(Student).where(Student.id == old))

    for path in sorted(course.private("journal").glob("*.jsonl")):
        with Journal(course, path.stem) as book:
            book.append_renamed(old, new.id)
    Database(course).transaction(move)
    for folder in FOLDERS:
        if course.private(folder, old).exists():
            course.private(folder, old).rename(course.private(folder, new.id))


def _write(session: Session, students: Iterable[Member]) -> None:
    """Insert who is new and update who differs; others stay."""
    columns = (Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    found = {row.id: row for row in session.scalars(select(Student).options(load_only(*columns)))}
    for student in students:
        row = found.get(student.id) or Student(id=student.id)
        row.first_name, row.last_name = "", student.name  # nbgrader shows "last, first"
        row.email, row.lms_user_id = student.email, student.lms_id or None
        session.add(row)


def _stored(course: Course) -> dict[str, Any]:
    path = course.private(STORE)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _keep(course: Course, data: dict[str, Any]) -> None:
    write(course.private(STORE), json.dumps(data, indent=1))


def students(course: Course) -> list[Member]:
    """The class list of today, sorted by id; GradingError where there is none."""
    found = [Member(**each) for each in _stored(course).get("students", [])]
    if not found:
        raise GradingError("the gradebook knows no students: run the step `roster` first")
    return sorted(found, key=lambda student: student.id)


def left(course: Course) -> list[Member]:
    """Who was on an earlier class list and is not on that of today."""
    return [Member(**each) for each in _stored(course).get("left", [])]


def extensions(course: Course, assignment: str) -> dict[str, float] | None:
    """Seconds by student, as the class list gives them; None where it has no such column."""
    return _stored(course).get("extensions", {}).get(assignment)


def handed_in(course: Course, assignment: str) -> dict[str, str]:
    """When each student handed in (ISO 8601, UTC), where the class list says so."""
    return _stored(course).get("handed_in", {}).get(assignment, {})
