"""Values of the standard library on the wire: exact numbers, dates, paths, patterns."""

import array
import datetime
import pathlib
import re
import types
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

from grader.engine.wire.columns import read_items, write_items
from grader.engine.wire.containers import fill_dict, put_dict, reads, writes
from grader.engine.wire.stream import Get, Put, Reader, WireError, Writer

MAX_DIGITS = 10_000  # of a Decimal, and its exponent: int(x) writes it out
MAX_PART = 1 << 12  # bytes of a fraction's parts: reducing it takes the square of that
MAX_PATTERN = 1_000  # characters of a regular expression that a student sends


def write_decimal(w: Writer, value: Decimal) -> None:
    w.raw(b"d")
    w.text(str(value))


def read_decimal(r: Reader) -> Decimal:
    text = r.text()
    if len(text) > MAX_DIGITS:
        raise WireError(f"a Decimal may have {MAX_DIGITS:,} digits")
    value = Decimal(text)
    if value.is_finite() and abs(value.adjusted()) > MAX_DIGITS:
        raise WireError(f"a Decimal may be as large as 1E{MAX_DIGITS}, not {text[:40]}")
    return value


def write_fraction(w: Writer, value: Fraction) -> None:
    w.raw(b"/")
    write_items(w, (value.numerator, value.denominator))


def read_fraction(r: Reader) -> Fraction:
    numerator, denominator = read_items(r)
    if max(numerator.bit_length(), denominator.bit_length()) > 8 * MAX_PART:
        raise WireError(f"a fraction's parts may have {8 * MAX_PART:,} bits")
    return Fraction(numerator, denominator)


def write_date(w: Writer, value: datetime.date) -> None:
    w.raw(b"y")
    w.number(value.toordinal())


def read_date(r: Reader) -> datetime.date:
    return datetime.date.fromordinal(r.number())


def write_datetime(w: Writer, value: datetime.datetime) -> None:
    zone = value.tzinfo
    if zone is not None and type(zone) is not datetime.timezone:
        raise WireError(f"a datetime with a time zone of type {type(zone).__name__}")
    w.raw(b"Y")
    w.text(value.isoformat())
    w.number(value.fold)


def read_datetime(r: Reader) -> datetime.datetime:
    text = r.text()
    if len(text) > 50:
        raise WireError(f"no date: {text[:50]!r}")
    return datetime.datetime.fromisoformat(text).replace(fold=r.number())


def write_timedelta(w: Writer, value: datetime.timedelta) -> None:
    w.raw(b"~")
    write_items(w, (value.days, value.seconds, value.microseconds))


def read_timedelta(r: Reader) -> datetime.timedelta:
    days, seconds, microseconds = read_items(r)
    return datetime.timedelta(days, seconds, microseconds)


def write_path(w: Writer, value: pathlib.PurePath) -> None:
    w.raw(b"P" if isinstance(value, pathlib.Path) else b"u")
    w.text(str(value))


def read_path(r: Reader) -> pathlib.PurePath:
    """A path that opens files only where the sender is trusted."""
    text = r.text()
    return pathlib.Path(text) if r.codec.trusting else pathlib.PurePosixPath(text)


def write_pattern(w: Writer, value: re.Pattern) -> None:
    w.raw(b"R")
    w.put(value.pattern)
    w.number(value.flags)


def read_pattern(r: Reader) -> re.Pattern:
    pattern = r.get()
    if type(pattern) not in (str, bytes) or (len(pattern) > MAX_PATTERN and not r.codec.trusting):
        raise WireError(f"a regular expression may have {MAX_PATTERN:,} characters")
    with warnings.catch_warnings(action="ignore"):
        return re.compile(pattern, r.number() & ~re.DEBUG)


def put_namespace(w: Writer, value: types.SimpleNamespace) -> None:
    put_dict(w, value.__dict__)


def fill_namespace(r: Reader, value: types.SimpleNamespace) -> None:
    fields: dict[Any, Any] = {}
    fill_dict(r, fields)
    if not all(type(name) is str and not name.startswith("__") for name in fields):
        raise WireError("the names of attributes are strings without leading underscores")
    value.__dict__.update(fields)


def put_array(w: Writer, value: array.array) -> None:
    w.text(value.typecode)
    w.blob(value.tobytes())


def read_array(r: Reader) -> array.array:
    code = r.text()
    if len(code) != 1 or code not in "bBhHiIlLqQfd":
        raise WireError(f"an array of type {code[:10]!r}")
    value = array.array(code)
    r.register(value)
    value.frombytes(r.blob())
    return value


WRITERS: dict[type, Put] = {
    Decimal: write_decimal,
    Fraction: write_fraction,
    datetime.date: write_date,
    datetime.datetime: write_datetime,
    datetime.timedelta: write_timedelta,
    pathlib.PosixPath: write_path,
    pathlib.PurePosixPath: write_path,
    re.Pattern: write_pattern,
    types.SimpleNamespace: writes(b"n", put_namespace),
    array.array: writes(b"a", put_array),
}
READERS: dict[bytes, Get] = {
    b"d": read_decimal,
    b"/": read_fraction,
    b"y": read_date,
    b"Y": read_datetime,
    b"~": read_timedelta,
    b"P": read_path,
    b"u": lambda r: pathlib.PurePosixPath(r.text()),
    b"R": read_pattern,
    b"n": reads(types.SimpleNamespace, fill_namespace, 100),
    b"a": read_array,
}
