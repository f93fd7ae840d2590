"""Marks as CSV: for a person (`csv`), for Canvas (`canvas`) and for Moodle (`moodle`).

- `canvas`: the gradebook's import format. Header `Student, ID, SIS User ID, SIS Login ID, Section,
  <assignment> (<its number in Canvas>)`, then the row `Points Possible`, then one row per student.
- `moodle`: the offline grading worksheet of an assignment. Its columns `Email address` and `Grade`
  also serve Moodle's general grade import.

Both are best filled into a file downloaded from the system itself (`--into FILE`): then names,
numbers, language and times are its own, and only the column of marks changes. A broken or missing
submission has no mark: it stays empty. Text that a spreadsheet would run as a formula gets a `'` in
front.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from grader.course import Course, GradingError, write
from grader.marks import Mark, marks
from grader.people import Member, People
from grader.roster import NO_STUDENT
from grader.tables import Table, read_table, whole

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = [
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
]
PLAIN = [
    *("id", "name", "email", "mark", "maximum", "status", "hours late", "to mark by hand"),
    "reason",
]
# What begins a formula, in a cell or behind what another country's spreadsheet takes for its end.
FORMULA = re.compile(
    r"(?:^|(?<=[;|]))(?=[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+@\uff1d\uff0b\uff20\uff0d-])"
)
EXCUSED = re.compile(r"(?!-$)[^\d]+")  # "EX" in Canvas; whatever is no number
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass
class Exported:
    """A file of marks, and what an instructor should know of it."""

    path: Path
    notes: list[str] = field(default_factory=list)


def export(
    course: Course, assignment: str, form: str, into: Path | None = None, column: str = ""
) -> Exported:
    """Write the marks in one of FORMS to `gradebook/marks`.

    `into` is a file downloaded from the system; `column` the assignment's heading in it.
    """
    all_marks = marks(course, assignment)
    found = Exported(course.private("marks", f"{assignment}-{form}.csv"))
    text = io.StringIO(newline="")
    if into:
        table = read_table(into)
        rows, found.notes = fill(table, all_marks, assignment, form, column)
        text.write(table.mark)
        csv.writer(text, delimiter=table.separator).writerows(rows)
    else:
        # A spreadsheet takes a file for UTF-8 only with a mark in front; the systems want none.
        text.write("\ufeff" * (form == "csv"))
        csv.writer(text).writerows(FORMS[form](all_marks, column or assignment))
    write(found.path, text.getvalue())
    return found


def canvas(all_marks: list[Mark], column: str) -> list[list[str]]:
    """Rows of Canvas's gradebook import."""
    possible = ["    Points Possible", "", "", "", "", f"{all_marks[0].maximum:g}"]
    rows = [
        [safe(m.student.name), safe(m.student.lms_id), m.student.id, m.student.id, "", m.text]
        for m in all_marks
    ]
    return [[*CANVAS, column], possible, *rows]


def moodle(all_marks: list[Mark], column: str) -> list[list[str]]:
    """Rows of Moodle's offline grading worksheet."""
    rows = [MOODLE]
    for mark in all_marks:
        status = "No submission" if mark.status == "missing" else "Submitted for grading"
        who = [safe(t) for t in (identifier(mark.student), mark.student.name, mark.student.email)]
        points = [mark.text, f"{mark.maximum:.2f}", "Yes", "-", "-"]
        rows.append([*who, status, *points, safe(mark.reason)])
    return rows


def plain(all_marks: list[Mark], column: str) -> list[list[str]]:
    """Rows for a person with a spreadsheet."""
    rows = [PLAIN]
    for mark in all_marks:
        who = [safe(text) for text in (mark.student.id, mark.student.name, mark.student.email)]
        rest = [mark.status, mark.lateness, str(mark.by_hand or ""), safe(mark.reason)]
        rows.append([*who, mark.text, f"{mark.maximum:g}", *rest])
    return rows


FORMS = {"csv": plain, "canvas": canvas, "moodle": moodle}


def identifier(student: Member) -> str:
    """How Moodle's worksheets name a student; "" where the class list has no number."""
    return f"Participant {student.lms_id}" if student.lms_id else ""


def safe(text: str) -> str:
    """Text on one line that no spreadsheet runs as a formula: a `'` stands in front of one.

    >>> safe("=1+1"), safe("Line\\nBreak"), safe("a;=1+1")
    ("'=1+1", 'Line Break', "a;'=1+1")
    """
    return FORMULA.sub("'", " ".join(CONTROL.sub(" ", text).split()))


def form_of(path: Path) -> str:
    """Whether Canvas or Moodle wrote the file at `path`."""
    names = {name.strip() for name in read_table(path).header}
    return "canvas" if {*CANVAS[:2]} <= names else "moodle"


def fill(
    table: Table, all_marks: list[Mark], assignment: str, form: str, column: str = ""
) -> tuple[list[list[str]], list[str]]:
    """The rows of a file that Canvas or Moodle wrote, with the marks; and what did not fit.

    Nothing but the column of marks changes.
    """
    place = _column(table, assignment, form, column, all_marks[0].maximum)
    comma = _has_decimal_commas(table, place)
    people = People(mark.student for mark in all_marks)
    by_id = {mark.student.id: mark for mark in all_marks}
    rows, notes, met = [table.header], [], Counter[str]()
    for line, row in table.rows:
        rows.append(row)
        who, by_name = _meant(table, row, place, form, people)
        met.update(each.id for each in who)
        name = safe(" ".join(row[:3]))
        if len(who) != 1:
            if any(map(str.strip, row)) and not NO_STUDENT.match(row[0].strip()):
                why = (
                    f"{' or '.join(sorted(s.id for s in who))}?" if who else "not on the class list"
                )
                notes.append(f"{table.path}, line {line}: {name}: {why}")
            continue
        mark = by_id[next(iter(who)).id]
        old = row[place].strip() if place < len(row) else ""
        new = mark.text.replace(".", ",") if comma else mark.text
        if EXCUSED.fullmatch(old):
            notes.append(f"{mark.student.id} stays as it was in the file: {old}")
        elif new:
            if by_name:
                notes.append(f"{mark.student.id} is known by the name alone: {name}")
            row += [""] * (place + 1 - len(row))
            row[place] = new
            if old not in ("", "-") and _value(old) != _value(new):
                notes.append(f"{mark.student.id} had another mark in the file: {old} -> {new}")
    lost = [m.student.id for m in all_marks if not met[m.student.id] and m.text]
    if lost and len(lost) == sum(bool(mark.text) for mark in all_marks):
        raise GradingError(
            f"{table.path}: no row is that of a student with a mark: {', '.join(lost)}"
        )
    notes += [f"no row for the mark of {student}" for student in lost]
    notes += [f"{student} has {n} rows" for student, n in met.items() if n > 1]
    return rows, notes


def _column(table: Table, assignment: str, form: str, column: str, maximum: float) -> int:
    """Which column takes the marks; GradingError where that is not clear."""
    header = [name.strip() for name in table.header]
    wanted = column or ("Grade" if form == "moodle" else assignment)
    found = [i for i, name in enumerate(header) if name == wanted or name.startswith(f"{wanted} (")]
    if form == "moodle" and not found and not column:
        # In any language it stands before the maximum, which is the same number for everybody.
        rows = [row for _, row in table.rows if any(row)]
        for i in range(1, len(header)):
            if rows and {_value(row[i]) if i < len(row) else None for row in rows} == {maximum}:
                found.append(i - 1)
    known = form == "moodle" or (form == "canvas" and set(CANVAS[1:4]) & set(header))
    if len(found) != 1 or not known:
        names = ", ".join(header)
        raise GradingError(
            f"no column {wanted!r} of a {form} file among {names}: name it with --column"
        )
    return found[0]


def _value(text: str) -> float | None:
    """The number that a cell holds, in the notation of any country."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _has_decimal_commas(table: Table, place: int) -> bool:
    """Whether numbers in and beside the column of marks have decimal commas."""
    cells = [cell.strip() for _, row in table.rows for cell in row[place : place + 2]]
    points = [cell for cell in cells if re.fullmatch(r"\d+[.,]\d+", cell)]
    return "," in points[0] if points else table.separator == ";"


def _meant(
    table: Table, row: list[str], place: int, form: str, people: People
) -> tuple[set[Member], bool]:
    """The students that a row may be about, and whether its name alone says so."""
    if form == "canvas":
        cells = dict(zip(map(str.strip, table.header), row, strict=False))
        others = [whole(cells.get(name, "").strip()) for name in (*CANVAS[2:4], CANVAS[0])]
        return people.in_cells(others, [whole(cells.get("ID", "").strip())])
    # The first column says "Participant 4001", in the language of the site.
    numbers = re.findall(r"\d+$", row[0].strip()) if row else []
    return people.in_cells(map(whole, row[:place]), numbers)
