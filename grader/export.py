"""Marks as CSV: for a person (`csv`), for Canvas (`canvas`) and for Moodle (`moodle`).

- `canvas`: the gradebook's import format. Header `Student, ID, SIS User ID, SIS Login ID, Section,
  <assignment> (<its number in Canvas>)`, then the row `Points Possible`, then one row per student.
- `moodle`: the offline grading worksheet of an assignment. Its columns `Email address` and `Grade`
  also serve Moodle's general grade import.

Both are best filled into a file downloaded from the system itself (`--into FILE`): then names,
numbers and times are its own, and only the column of marks changes. A broken or missing submission
has no mark: it stays empty. Text that a spreadsheet would run as a formula gets a `'` in front.
"""

import csv
import io
import re
from pathlib import Path

from grader.course import Course, GradingError
from grader.feedback import write
from grader.marks import Mark, marks
from grader.roster import Student

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = [
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
]
PLAIN = [
    "id",
    "name",
    "email",
    "mark",
    "maximum",
    "status",
    "hours late",
    "to mark by hand",
    "reason",
]
# What begins a formula, in a cell or behind what another country's spreadsheet takes for its end.
FORMULA = re.compile(
    r"(?:^|(?<=[;|]))(?=[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+@\uff1d\uff0b\uff20\uff0d-])"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def export(
    course: Course, assignment: str, form: str, into: Path | None = None, column: str = ""
) -> Path:
    """Write the marks in one of FORMS to `gradebook/marks` and return the path.

    `into` is a file downloaded from the system; `column` the assignment's heading in Canvas.
    """
    all_marks = marks(course, assignment)
    if into:
        rows = fill(_read(into), all_marks, column or assignment, form)
    else:
        rows = FORMS[form](all_marks, column or assignment)
    path = course.private("marks", f"{assignment}-{form}.csv")
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # A spreadsheet takes a file for UTF-8 only with a mark in front; the systems want none.
    write(path, "\ufeff" * (form == "csv") + text.getvalue())
    return path


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
        late = f"{mark.seconds_late / 3600:.1f}" if mark.seconds_late else ""
        rest = [mark.status, late, str(mark.by_hand or ""), safe(mark.reason)]
        rows.append([*who, mark.text, f"{mark.maximum:g}", *rest])
    return rows


FORMS = {"csv": plain, "canvas": canvas, "moodle": moodle}


def identifier(student: Student) -> str:
    """How Moodle's worksheets name a student; "" where the class list has no number."""
    return f"Participant {student.lms_id}" if student.lms_id else ""


def safe(text: str) -> str:
    """Text on one line that no spreadsheet runs as a formula: a `'` stands in front of one.

    >>> safe("=1+1"), safe("Line\\nBreak"), safe("a;=1+1")
    ("'=1+1", 'Line Break', "a;'=1+1")
    """
    return FORMULA.sub("'", " ".join(CONTROL.sub(" ", text).split()))


def _read(path: Path) -> list[list[str]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise GradingError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} is no CSV file in UTF-8: {error}") from None
    if not rows:
        raise GradingError(f"{path} is empty")
    return rows


def fill(rows: list[list[str]], all_marks: list[Mark], column: str, form: str) -> list[list[str]]:
    """Put the marks into `rows`, a file that Canvas or Moodle wrote, and change nothing else."""
    header = rows[0]
    wanted = "Grade" if form == "moodle" else column
    places = [
        i for i, name in enumerate(header) if name == wanted or name.startswith(f"{wanted} (")
    ]
    keys = {"moodle": ("Identifier", "Email address"), "canvas": CANVAS[1:4]}.get(form, ())
    if len(places) != 1 or not set(keys) & set(header):
        raise GradingError(f"no column {wanted!r} of a {form} file among {', '.join(header)}")
    known = _by_key(all_marks, form)
    for row in rows[1:]:
        cells = dict(zip(header, row, strict=False))
        mark = next((known[c] for key in keys if (c := (key, cells.get(key, ""))) in known), None)
        if mark and mark.text:
            row[places[0]] = mark.text
    return rows


def _by_key(all_marks: list[Mark], form: str) -> dict[tuple[str, str], Mark]:
    """Marks by what a system's file may know a student by: (column, value)."""
    keys = {}
    for mark in all_marks:
        student = mark.student
        names = {
            "Identifier": identifier(student),
            "Email address": student.email,
            "ID": student.lms_id,
            "SIS User ID": student.id,
            "SIS Login ID": student.id,
        }
        keys.update({(key, value): mark for key, value in names.items() if value})
    return keys
