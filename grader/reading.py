"""Read the notebook that a student handed in, however it was saved or damaged on its way.

What can be read is read, with a note; what cannot is `Broken`, with a reason that a student
understands and can act on.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

TOO_BIG = 250_000_000  # bytes of one file; a notebook takes several times its size in memory
LARGE = 20_000_000  # bytes from which a note says so
MOST_TEXT, MOST_CELLS = 10_000_000, 5_000  # of all cells together: characters; and how many
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
TITLE = re.compile(rb"<title[^>]*>\s*([^<]{1,80})", re.IGNORECASE)
MARKS = {
    b"PK\x03\x04": "a .zip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"\x7fELF": "a program",
}
HAND_IN = "hand in the .ipynb file itself"


class Broken(Exception):
    """A submission that cannot be graded; the message says why, in words for the student."""


@dataclass
class HandedCell:
    """What counts of a student's cell."""

    cell_type: str
    text: str
    claims: str | None = None  # the grade id in its metadata, which may be anything
    pictures: bool = False  # it holds pictures, as attachments

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Self:
        """A cell of any format, whatever its parts are."""
        kind = raw.get("cell_type")
        source = raw.get("source", raw.get("input"))  # `input`: code in formats 2 and 3
        parts = source if isinstance(source, list) else [source]
        text = "".join(str(part) for part in parts if isinstance(part, str | int | float))
        if kind == "heading":  # of format 3
            kind, text = "markdown", f"# {text}"
        kind = kind if kind in ("code", "markdown") else "raw"
        return cls(kind, _plain(text), _claimed_id(raw), bool(raw.get("attachments")))


@dataclass
class HandedIn:
    """What counts of a student's notebook, and notes on what was put right."""

    cells: list[HandedCell]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, notebook: dict[str, Any]) -> Self:
        """From a notebook in memory."""
        return cls([HandedCell.of(cell) for cell in notebook["cells"]])


def read_notebook(path: Path) -> HandedIn:
    """The notebook at `path`; Broken where it is none."""
    notes: list[str] = []
    content = _parsed(_decoded(_bytes(path, notes), notes))
    if not isinstance(content, dict) or not {"cells", "worksheets"} & set(content):
        raise Broken(f"the file is not a notebook: it has no cells; {HAND_IN}")
    if content.get("nbformat") not in (4, None):
        notes.append(
            f"the notebook has the format {str(content['nbformat'])[:9]}, it was read as 4"
        )
    raw = list(_raw_cells(content))
    cells = [HandedCell.of(each) for each in raw if isinstance(each, dict)]
    if not cells:
        raise Broken("the notebook is empty: all its cells are gone")
    if len(cells) < len(raw):
        notes.append("what is no cell was left out")
    if len(cells) > MOST_CELLS or sum(len(cell.text) for cell in cells) > MOST_TEXT:
        raise Broken(
            f"the notebook has more than {MOST_CELLS} cells or {MOST_TEXT // 10**6} MB of text "
            "in them: take out what is no answer"
        )
    return HandedIn(cells, notes)


def _bytes(path: Path, notes: list[str]) -> bytes:
    """What is in the file, unpacked where it is gzipped."""
    try:
        with open(path, "rb") as file:
            data = file.read(TOO_BIG + 1)
    except OSError as error:
        raise Broken(f"the file cannot be read ({error.strerror}): hand it in again") from None
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(TOO_BIG + 1)
        except (OSError, EOFError, zlib.error):
            raise Broken(f"the file is a damaged gzip archive: {HAND_IN}") from None
        notes.append("the file was a gzip archive and was unpacked")
    if len(data) > TOO_BIG:
        raise Broken(
            f"the file has more than {TOO_BIG // 10**6} MB: clear all outputs, save, hand in again"
        )
    if len(data) > LARGE:
        notes.append(f"the file has {len(data) // 10**6} MB; all outputs were left out")
    return data


def _decoded(data: bytes, notes: list[str]) -> str:
    """The text, from UTF-8 or what else it may have been saved as."""
    if not data.strip():
        raise Broken(
            f"the file is empty ({len(data)} bytes): save the notebook, then hand it in again"
        )
    if not data.strip(b"\0"):
        raise Broken("the file holds only zero bytes: the upload failed, hand it in again")
    bom = next((code for mark, code in BOMS.items() if data.startswith(mark)), None)
    encoding = bom or json.detect_encoding(data)
    try:
        text = data.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError:
        _refuse(data)
        notes.append("the file is not UTF-8: letters with accents may be wrong")
        return data.decode("cp1252", "replace")
    if encoding != "utf-8":
        known_as = "UTF-8 with a mark" if encoding == "utf-8-sig" else encoding.upper()
        notes.append(f"the file was saved as {known_as}, not as UTF-8")
    return text


def _parsed(text: str) -> Any:
    """The JSON value that `text` is."""
    try:
        return json.JSONDecoder(strict=False, parse_int=_number).decode(text)
    except RecursionError:
        raise Broken(
            f"the file is not a notebook (lists in lists without end): {HAND_IN}"
        ) from None
    except ValueError as error:
        _refuse(text[:10_000].encode("utf-8", "replace"))
        raise Broken(f"the notebook is damaged (it is not JSON): {_where(error, text)}") from None


def _where(error: ValueError, text: str) -> str:
    """What is wrong with the JSON, and what to do."""
    if CONFLICT.search(text.encode("utf-8", "replace")):
        return "it holds the marks of a merge conflict (<<<<<<<): resolve it in git, hand in again"
    position = getattr(error, "pos", 0)
    if position >= len(text.rstrip()) or not text.rstrip().endswith("}"):
        return "it ends in the middle, the download or upload was cut short: hand it in again"
    if "Extra data" in str(error):
        return "a second text follows the notebook: save it in Jupyter again"
    line = text.count("\n", 0, position) + 1
    return f"see line {line}; open it in Jupyter, save it and hand it in again"


def _refuse(data: bytes) -> None:
    """Broken where the file is clearly something else."""
    start = data[:10_000].lstrip()
    kind = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    if re.match(rb"<(?:!doctype\s+html|html|head|body)\b", start, re.IGNORECASE):
        title = TITLE.search(start)
        shown = title[1].decode("utf-8", "replace").strip() if title else "without a title"
        kind = f"a web page ({shown})"
    if kind:
        raise Broken(f"the file is {kind}, not a notebook (it is not JSON): {HAND_IN}")
    if re.match(rb"(?:\"\"\"|#|import |from |def |class )", start):
        raise Broken(f"the file is a Python program, not a notebook (it is not JSON): {HAND_IN}")


def _number(digits: str) -> float:
    """An integer, or of an absurd one something harmless."""
    return int(digits) if len(digits) < 20 else 0


def _raw_cells(content: dict[str, Any]) -> Iterator[Any]:
    """The cells of format 4, or of the worksheets of formats 2 and 3."""
    sheets = content.get("worksheets")
    holders = [content] if "cells" in content or not isinstance(sheets, list) else sheets
    for holder in holders:
        found = holder.get("cells") if isinstance(holder, dict) else None
        if not isinstance(found, list):
            raise Broken("the notebook is damaged: its cells are not a list; save it again")
        yield from found


def _plain(text: str) -> str:
    """Text that can be written to a file: one kind of line end, no halves of characters."""
    text = text.replace("\r\n", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _claimed_id(raw: dict[str, Any]) -> str | None:
    metadata = raw.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None
