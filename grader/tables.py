"""CSV files as spreadsheets, Canvas and Moodle write them: any separator, blank rows, 1.0 for 1."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dateutil import parser as dates

from grader.course import GradingError

UTF16 = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = ",;\t"
WHOLE = re.compile(r"(\d+)[.,]0+")
ROUNDED = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)


@dataclass
class Table:
    """A file's first line and the others, blank ones included, with their line numbers."""

    path: Path
    header: list[str]
    rows: list[tuple[int, list[str]]]
    separator: str
    mark: str  # a byte order mark, which a file that is filled in keeps

    def records(self) -> list[tuple[str, dict[str, str]]]:
        """Each row that is not blank: where it stands, and its values by small heading."""
        names = [name.strip().lower() for name in self.header]
        filled = [(line, row) for line, row in self.rows if any(map(str.strip, row))]
        return [
            (f"{self.path}, line {line}", dict(zip(names, map(str.strip, row), strict=False)))
            for line, row in filled
        ]


def read_table(path: Path) -> Table:
    """The CSV file at `path`; GradingError where it is none, or a line has too many fields."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data.startswith(UTF16) else "utf-8")
    except OSError as error:
        raise GradingError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GradingError(f"{path}: not UTF-8; save it as 'CSV UTF-8', then try again") from None
    mark = "\ufeff" * text.startswith("\ufeff")
    text = re.sub(r"\A(?:\ufeff|\s*\n|sep=.\r?\n)+", "", text)
    first = text.split("\n", 1)[0]
    # Where the decimal comma is used, spreadsheets separate columns by semicolons.
    separator = max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise GradingError(
            f"{path}, line {reader.line_num}: no CSV: {error}; is a quotation mark missing?"
        ) from None
    if not rows:
        raise GradingError(f"{path} is empty")
    header = rows[0][1]
    for line, row in rows:
        if any(map(str.strip, row[len(header) :])):
            raise GradingError(
                f"{path}, line {line}: {len(row)} fields, but the first line has {len(header)}; "
                'a text with a comma in it must stand in quotes: "Lovelace, Ada"'
            )
    return Table(path, header, rows[1:], separator, mark)


def number(text: str, place: str) -> str:
    """A number as it was before a spreadsheet: 4001 for 4001.0; GradingError where digits are lost.

    >>> number("4001.0", ""), number("s12", "")
    ('4001', 's12')
    """
    if ROUNDED.fullmatch(text):
        raise GradingError(f"{place}: {text} has lost digits: show the column as whole numbers")
    return whole(text)


def whole(text: str) -> str:
    """A number without the decimals that a spreadsheet has put behind it; other text as it is."""
    return WHOLE.sub(r"\1", text) if WHOLE.fullmatch(text) else text


def utc(time: datetime) -> datetime:
    """The time in UTC, without an offset, as nbgrader keeps it; one without an offset is UTC."""
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def time_of(text: str, place: str) -> datetime | None:
    """The naive UTC time that a cell says, None for a blank one; GradingError for anything else."""
    if not text.strip(" -"):
        return None
    try:
        return utc(dates.parse(text))
    except (ValueError, OverflowError):
        raise GradingError(f"{place}: {text!r} is no time such as 2026-10-01 18:00+02:00") from None
