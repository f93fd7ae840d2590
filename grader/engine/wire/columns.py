"""Columns: the items of a container, as blocks where many are of one simple type."""

import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress, pairwise, repeat
from typing import Any

from grader.engine.wire.keys import all_different, check_keys
from grader.engine.wire.stream import Reader, WireError, Writer

PACKED_FROM = 4  # a shorter sequence is not worth a look at all its types
WIDEST = 8  # tuples of more items are not written as columns
MIXED = (type(None), bool, int, float, str)  # by number in a mixed column
OTHER = len(MIXED)  # the number of every other type


class _Numbers(dict[type, int]):
    def __missing__(self, kind: type) -> int:
        return OTHER


_NUMBER_OF = _Numbers(zip(MIXED, range(OTHER), strict=True)).__getitem__
_IS_NUMBER = [bytes(i == number for i in range(256)) for number in range(OTHER + 1)]  # by number

Items = Sequence[Any]


def write_items(w: Writer, items: Items) -> None:
    """The items of a container, without the container."""
    if len(items) >= PACKED_FROM:
        kinds = set(map(type, items))
        if len(kinds) == 1:
            pack = PACKED.get(kinds.pop())
            if pack is not None and pack(w, items):
                return
        elif not kinds.isdisjoint(MIXED):
            _pack_mixed(w, items)
            return
    w.count(b"*", len(items))
    put = w.put
    for item in items:
        put(item)


def _pack_numbers(tag: bytes, code: str) -> Callable[[Writer, Items], bool]:
    def pack(w: Writer, items: Items) -> bool:
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
    w.raw(data)
    return True


def _pack_tuples(w: Writer, items: Sequence[tuple]) -> bool:
    """Tuples of one length as columns."""
    widths = set(map(len, items))
    if len(widths) > 1 or not 1 <= (width := widths.pop()) <= WIDEST:
        return False
    w.count(b"t", width)
    w.deeper()  # tuples of tuples of tuples
    for column in zip(*items, strict=True):
        write_items(w, column)
    w.depth -= 1
    return True


def _pack_lists(w: Writer, items: Sequence[list]) -> bool:
    """Lists that were not met before: their lengths, then all their items."""
    if not _are_fresh(w, items):
        return False
    w.count(b"l", len(items))
    _pack_content(w, items, items)
    return True


def _pack_dicts(w: Writer, items: Sequence[dict]) -> bool:
    """Dicts that were not met before: their lengths, then all keys and all values."""
    if not _are_fresh(w, items):
        return False
    w.count(DICTS[type(items[0])], len(items))
    _pack_content(w, items, map(dict.keys, items), map(dict.values, items))
    return True


def _are_fresh(w: Writer, items: Items) -> bool:
    ids = set(map(id, items))
    return len(ids) == len(items) and ids.isdisjoint(w.seen)


def _pack_content(w: Writer, items: Items, *columns: Iterable[Iterable[Any]]) -> None:
    for item in items:
        w.register(item)
    w.raw(array.array("q", map(len, items)).tobytes())
    w.deeper()
    for column in columns:
        write_items(w, list(chain.from_iterable(column)))
    w.depth -= 1


def _pack_mixed(w: Writer, items: Items) -> None:
    """Which type each item has, then a column of each simple type, then the others."""
    numbers = bytes(map(_NUMBER_OF, map(type, items)))
    w.count(b"m", len(items))
    w.raw(numbers)
    w.deeper()
    for number in range(1, OTHER + 1):
        if number in numbers:
            write_items(w, list(compress(items, numbers.translate(_IS_NUMBER[number]))))
    w.depth -= 1


PACKED: dict[type, Callable[[Writer, Items], bool]] = {
    int: _pack_numbers(b"i", "q"),
    float: _pack_numbers(b"f", "d"),
    bool: _pack_bools,
    str: _pack_strings,
    tuple: _pack_tuples,
    list: _pack_lists,
    dict: _pack_dicts,
    Counter: _pack_dicts,
}
DICTS = {dict: b"d", Counter: b"c"}


def read_items(r: Reader) -> Items:
    """The items of a container, without the container."""
    at = r.at
    read = COLUMNS.get(r.data[at : at + 1])
    if read is None:
        raise WireError(f"no items at byte {at:,}")
    r.at = at + 1
    return read(r, r.count())


def _read_each(r: Reader, n: int) -> list[Any]:
    get = r.get
    return [get() for _ in range(n)]


def _numbers(code: str) -> Callable[[Reader, int], list[Any]]:
    def read(r: Reader, n: int) -> list[Any]:
        r.charge(32 * n)
        return r.raw(8 * n).cast(code).tolist()  # type: ignore[call-overload]

    return read


def _read_bools(r: Reader, n: int) -> list[bool]:
    r.charge(8 * n)
    data = bytes(r.raw(n))
    if data.strip(b"\0\1"):
        raise WireError("a truth value is 0 or 1")
    return list(map(bool, data))


def _read_strings(r: Reader, size: int) -> list[str]:
    data = bytes(r.raw(size))
    r.charge(4 * size + 64 * data.count(b"\0"))
    return str(data, "utf-8", "surrogatepass").split("\0")


def _read_tuples(r: Reader, width: int) -> list[tuple]:
    if not 1 <= width <= WIDEST:
        raise WireError(f"tuples of {width} columns")
    r.deeper()
    columns = [read_items(r) for _ in range(width)]
    r.depth -= 1
    r.charge((64 + 8 * width) * len(columns[0]))
    return list(zip(*columns, strict=True))


def _read_lists(r: Reader, n: int) -> list[list]:
    ends = _read_ends(r, n)
    r.charge(200 * n)
    lists = [r.register([]) for _ in range(n)]
    r.deeper()
    items = _of_length(read_items(r), ends[-1])
    r.depth -= 1
    for content, (a, b) in zip(lists, pairwise(ends), strict=True):
        content += items[a:b]
    return lists


def _dicts(new: type[dict]) -> Callable[[Reader, int], list[dict]]:
    def read(r: Reader, n: int) -> list[dict]:
        ends = _read_ends(r, n)
        r.charge(400 * n)
        dicts = [r.register(new()) for _ in range(n)]
        r.deeper()
        keys = _of_length(read_items(r), ends[-1])
        values = _of_length(read_items(r), ends[-1])
        r.depth -= 1
        for content, (a, b) in zip(dicts, pairwise(ends), strict=True):
            check_keys(r, keys[a:b])
            dict.update(content, zip(keys[a:b], values[a:b], strict=True))
            all_different(content, b - a)
        return dicts

    return read


def _read_ends(r: Reader, n: int) -> list[int]:
    """Where the items of each of `n` containers end in the columns of all."""
    lengths = r.raw(8 * n).cast("q").tolist()
    if min(lengths, default=0) < 0:
        raise WireError(f"a container of {min(lengths)} items")
    return list(accumulate(lengths, initial=0))


def _read_mixed(r: Reader, n: int) -> list[Any]:
    numbers = bytes(r.raw(n))
    r.charge(16 * n)
    if max(numbers, default=0) > OTHER:
        raise WireError(f"a mixed column with type number {max(numbers)}")
    columns: dict[int, Iterator[Any]] = {0: repeat(None)}
    r.deeper()
    for number in range(1, OTHER + 1):
        if count := numbers.count(number):
            columns[number] = iter(_of_length(read_items(r), count))
    r.depth -= 1
    return list(map(next, map(columns.__getitem__, numbers)))


def _of_length(items: Items, n: int) -> Items:
    if len(items) != n:
        raise WireError(f"{n:,} items are announced, {len(items):,} came")
    return items


COLUMNS: dict[bytes, Callable[[Reader, int], Items]] = {
    b"*": _read_each,
    b"i": _numbers("q"),
    b"f": _numbers("d"),
    b"?": _read_bools,
    b"s": _read_strings,
    b"t": _read_tuples,
    b"l": _read_lists,
    b"d": _dicts(dict),
    b"c": _dicts(Counter),
    b"m": _read_mixed,
}
