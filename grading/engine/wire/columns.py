"""Columns: the items of a container, as one block where all are of one simple type."""

import array
from collections.abc import Callable, Sequence
from typing import Any

from grading.engine.wire.stream import CLASHES, DEPTH, Reader, WireError, Writer

PACKED_FROM = 4  # a shorter sequence is not worth a look at all its types


def write_items(w: Writer, items: Sequence[Any]) -> None:
    """The items of a container, without the container."""
    kinds = set(map(type, items)) if len(items) >= PACKED_FROM else ()
    if len(kinds) == 1:
        write = PACKED.get(next(iter(kinds)))
        if write is not None and write(w, items):
            return
    w.count(b"*", len(items))
    put = w.put
    for item in items:
        put(item)


def _pack_numbers(tag: bytes, code: str) -> Callable[[Writer, Sequence[Any]], bool]:
    def pack(w: Writer, items: Sequence[Any]) -> bool:
        try:
            data = array.array(code, items).tobytes()
        except OverflowError:  # an integer of more than 64 bits
            return False
        w.count(tag, len(items))
        w.raw(data)
        return True

    return pack


def _pack_bools(w: Writer, items: Sequence[bool]) -> bool:
    w.count(b"?", len(items))
    w.raw(bytes(items))
    return True


def _pack_strings(w: Writer, items: Sequence[str]) -> bool:
    """As one text, with a character between the strings that none of them has."""
    joined = "\0".join(items)
    if joined.count("\0") != len(items) - 1:
        return False
    data = joined.encode("utf-8", "surrogatepass")
    w.count(b"s", len(data))
    w.number(len(items))
    w.raw(data)
    return True


def _pack_tuples(w: Writer, items: Sequence[tuple]) -> bool:
    """Tuples of one length as columns."""
    widths = set(map(len, items))
    if len(widths) > 1 or not 1 <= (width := widths.pop()) <= 8:
        return False
    w.count(b"t", width)
    w.number(len(items))
    w.depth += 1  # tuples of tuples of tuples
    if w.depth > DEPTH:
        raise WireError(f"data may be nested {DEPTH} levels deep, not deeper")
    for column in zip(*items, strict=True):
        write_items(w, column)
    w.depth -= 1
    return True


PACKED: dict[type, Callable[[Writer, Sequence[Any]], bool]] = {
    int: _pack_numbers(b"i", "q"),
    float: _pack_numbers(b"f", "d"),
    bool: _pack_bools,
    str: _pack_strings,
    tuple: _pack_tuples,
}


def read_items(r: Reader) -> Sequence[Any]:
    """The items of a container, without the container."""
    read = COLUMNS.get(bytes(r.raw(1)))
    if read is None:
        raise WireError(f"no items at byte {r.at - 1:,}")
    return read(r, r.count())


def _read_mixed(r: Reader, n: int) -> list[Any]:
    get = r.get
    return [get() for _ in range(n)]


def _numbers(code: str) -> Callable[[Reader, int], list[Any]]:
    def read(r: Reader, n: int) -> list[Any]:
        r.charge(32 * n)
        return r.raw(8 * n).cast(code).tolist()

    return read


def _read_bools(r: Reader, n: int) -> list[bool]:
    r.charge(8 * n)
    data = bytes(r.raw(n))
    if data.strip(b"\0\1"):
        raise WireError("a truth value is 0 or 1")
    return list(map(bool, data))


def _read_strings(r: Reader, size: int) -> list[str]:
    n = r.number()
    r.charge(4 * size)
    data = r.raw(size)
    r.charge(64 * (bytes(data).count(b"\0") + 1))
    items = str(data, "utf-8", "surrogatepass").split("\0")
    if len(items) != n:
        raise WireError(f"{n:,} strings are announced, {len(items):,} came")
    return items


def _read_tuples(r: Reader, width: int) -> list[tuple]:
    n = r.number()
    if not 1 <= width <= 8:
        raise WireError(f"tuples of {width} columns")
    r.depth += 1
    if r.depth > DEPTH:
        raise WireError(f"data may be nested {DEPTH} levels deep, not deeper")
    columns = [read_items(r) for _ in range(width)]
    r.depth -= 1
    if any(len(column) != n for column in columns):
        raise WireError("columns of different length")
    r.charge((56 + 8 * width) * n)
    return list(zip(*columns, strict=True))


COLUMNS: dict[bytes, Callable[[Reader, int], Sequence[Any]]] = {
    b"*": _read_mixed,
    b"i": _numbers("q"),
    b"f": _numbers("d"),
    b"?": _read_bools,
    b"s": _read_strings,
    b"t": _read_tuples,
}


def read_keys(r: Reader) -> Sequence[Any]:
    """The items of a set, or the keys of a dict: all different, not too many of one hash."""
    start = r.at
    keys = read_items(r)
    hashes = set(map(hash, keys))
    # Keys of one hash are compared with each other: n of them take n * n / 2 comparisons.
    r.clashes += (len(keys) - len(hashes)) * (r.at - start)
    if r.clashes > CLASHES:
        raise WireError("too many keys with the same hash")
    r.charge(100 * len(keys))
    return keys


def _different(container: Any, keys: Sequence[Any]) -> Any:
    if len(container) != len(keys):
        raise WireError("a key comes twice")
    return container
