"""Numbers, strings and the like on the wire."""

import struct

from grader.engine.wire.columns import read_items, write_items
from grader.engine.wire.stream import Get, Put, Reader, WireError, Writer

MAX_INT = 1 << 17  # bytes of an integer: more than a million bits
MAX_RANGE = 1 << 24  # elements of a range that a student sends: list(x) writes it out

_INT = struct.Struct("<cq")
_FLOAT = struct.Struct("<cd")
_COMPLEX = struct.Struct("<cdd")
_DOUBLE, _DOUBLES = struct.Struct("<d"), struct.Struct("<dd")


def constant(tag: bytes, value: object) -> tuple[Put, Get]:
    """Writer and reader of the one object of a type."""
    return lambda w, _: w.raw(tag), lambda r: value


def write_bool(w: Writer, value: bool) -> None:
    w.raw(b"T" if value else b"F")


def write_int(w: Writer, value: int) -> None:
    if -(1 << 63) <= value < 1 << 63:
        w.raw(_INT.pack(b"i", value))
        return
    size = value.bit_length() // 8 + 1
    if size > MAX_INT:
        raise WireError(f"an integer may have {8 * MAX_INT:,} bits, not {value.bit_length():,}")
    w.raw(b"I")
    w.blob(value.to_bytes(size, "little", signed=True))


def read_large_int(r: Reader) -> int:
    data = r.blob()
    if len(data) > MAX_INT:
        raise WireError(f"an integer may have {MAX_INT:,} bytes, not {len(data):,}")
    return int.from_bytes(data, "little", signed=True)


def write_float(w: Writer, value: float) -> None:
    w.raw(_FLOAT.pack(b"f", value))


def read_float(r: Reader) -> float:
    return r.fixed(_DOUBLE)[0]


def write_complex(w: Writer, value: complex) -> None:
    w.raw(_COMPLEX.pack(b"c", value.real, value.imag))


def read_complex(r: Reader) -> complex:
    return complex(*r.fixed(_DOUBLES))


def write_str(w: Writer, value: str) -> None:
    data = value.encode("utf-8", "surrogatepass")
    w.count(b"s", len(data))
    w.raw(data)


def write_bytes(w: Writer, value: bytes) -> None:
    w.count(b"b", len(value))
    w.raw(value)


def read_bytes(r: Reader) -> bytes:
    return bytes(r.blob())


def write_slice(w: Writer, value: slice) -> None:
    w.raw(b":")
    write_items(w, (value.start, value.stop, value.step))


def read_slice(r: Reader) -> slice:
    start, stop, step = read_items(r)
    return slice(start, stop, step)


def write_range(w: Writer, value: range) -> None:
    w.raw(b"r")
    write_items(w, (value.start, value.stop, value.step))


def read_range(r: Reader) -> range:
    start, stop, step = read_items(r)
    value = range(start, stop, step)
    if not r.codec.trusting and value[MAX_RANGE:]:
        raise WireError(f"a range may have {MAX_RANGE:,} elements")
    return value


_none, _none_again = constant(b"N", None)
_dots, _dots_again = constant(b".", ...)
_declined, _declined_again = constant(b"!", NotImplemented)

WRITERS: dict[type, Put] = {
    type(None): _none,
    type(...): _dots,
    type(NotImplemented): _declined,
    bool: write_bool,
    int: write_int,
    float: write_float,
    complex: write_complex,
    str: write_str,
    bytes: write_bytes,
    slice: write_slice,
    range: write_range,
}
READERS: dict[bytes, Get] = {
    b"N": _none_again,
    b".": _dots_again,
    b"!": _declined_again,
    b"T": lambda r: True,
    b"F": lambda r: False,
    b"i": Reader.number,
    b"I": read_large_int,
    b"f": read_float,
    b"c": read_complex,
    b"s": Reader.text,
    b"b": read_bytes,
    b":": read_slice,
    b"r": read_range,
}
