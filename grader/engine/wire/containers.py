"""Containers on the wire: a tuple has no identity, a list has."""

import collections
from collections.abc import Callable
from typing import Any

from grader.engine.wire.columns import Items, read_items, write_items
from grader.engine.wire.keys import all_different, check_keys
from grader.engine.wire.stream import Get, Put, Reader, WireError, Writer


def write_tuple(w: Writer, value: tuple) -> None:
    w.raw(b"(")
    write_items(w, value)


def read_tuple(r: Reader) -> tuple:
    return tuple(read_items(r))


def write_frozenset(w: Writer, value: frozenset) -> None:
    w.raw(b"z")
    write_items(w, tuple(value))


def read_keys(r: Reader) -> Items:
    """The items of a set, or the keys of a dict."""
    keys = read_items(r)
    check_keys(r, keys)
    return keys


def read_frozenset(r: Reader) -> frozenset:
    keys = read_keys(r)
    return all_different(frozenset(keys), len(keys))


def writes(tag: bytes, content: Put) -> Put:
    """The writer of an object that keeps its identity."""

    def write(w: Writer, value: object) -> None:
        if not w.again(value):
            w.raw(tag)
            content(w, value)

    return write


def reads(new: Callable[[], Any], fill: Callable[[Reader, Any], None], cost: int = 0) -> Get:
    """The reader of an object that keeps its identity; `cost` in bytes beyond a plain node's."""

    def read(r: Reader) -> Any:
        r.charge(cost)
        value = new()
        r.register(value)
        fill(r, value)
        return value

    return read


# The content of a container; the methods of the base, as the object may be of a derived class.


def put_list(w: Writer, value: list) -> None:
    write_items(w, value if type(value) is list else list(list.__iter__(value)))


def fill_list(r: Reader, value: list) -> None:
    list.extend(value, read_items(r))


def put_set(w: Writer, value: set) -> None:
    write_items(w, tuple(set.__iter__(value)))


def fill_set(r: Reader, value: set) -> None:
    keys = read_keys(r)
    set.update(value, keys)
    all_different(value, len(keys))


def put_dict(w: Writer, value: dict) -> None:
    write_items(w, tuple(dict.keys(value)))
    write_items(w, tuple(dict.values(value)))


def read_pairs(r: Reader) -> dict:
    """Keys and values as a dict."""
    keys = read_keys(r)
    values = read_items(r)
    if len(values) != len(keys):
        raise WireError(f"{len(keys):,} keys and {len(values):,} values")
    return all_different(dict(zip(keys, values, strict=True)), len(keys))


def fill_dict(r: Reader, value: dict) -> None:
    dict.update(value, read_pairs(r))


def put_ordered(w: Writer, value: collections.OrderedDict) -> None:
    keys = tuple(collections.OrderedDict.__iter__(value))
    write_items(w, keys)
    write_items(w, tuple(dict.__getitem__(value, key) for key in keys))


def fill_ordered(r: Reader, value: collections.OrderedDict) -> None:
    for key, item in read_pairs(r).items():
        collections.OrderedDict.__setitem__(value, key, item)


def put_default(w: Writer, value: collections.defaultdict) -> None:
    w.put(value.default_factory)
    put_dict(w, value)


def fill_default(r: Reader, value: collections.defaultdict) -> None:
    value.default_factory = factory = r.get()
    if factory is not None and not callable(factory):
        raise WireError(f"a defaultdict's factory is a {type(factory).__name__}")
    fill_dict(r, value)


def put_deque(w: Writer, value: collections.deque) -> None:
    w.number(-1 if value.maxlen is None else value.maxlen)
    write_items(w, tuple(collections.deque.__iter__(value)))


def read_deque(r: Reader) -> collections.deque:
    length = r.number()
    r.charge(700)
    value: collections.deque = collections.deque(maxlen=None if length < 0 else length)
    r.register(value)
    items = read_items(r)
    if 0 <= length < len(items):
        raise WireError(f"{len(items):,} items in a deque of {length:,}")
    value.extend(items)
    return value


def put_bytearray(w: Writer, value: bytearray) -> None:
    w.blob(bytes(value))


def fill_bytearray(r: Reader, value: bytearray) -> None:
    value += r.blob()


# Views of a dict, as Python gives them: d.keys(), d.values(), d.items()


def write_keys(w: Writer, value: Any) -> None:
    w.raw(b"k")
    write_items(w, tuple(value))


def read_keys_view(r: Reader) -> Any:
    keys = read_keys(r)
    return all_different(dict.fromkeys(keys), len(keys)).keys()


def write_values(w: Writer, value: Any) -> None:
    w.raw(b"v")
    write_items(w, tuple(value))


def read_values_view(r: Reader) -> Any:
    return dict(enumerate(read_items(r))).values()


def write_pairs(w: Writer, value: Any) -> None:
    w.raw(b"p")
    pairs = dict(value)
    put_dict(w, pairs)


def read_pairs_view(r: Reader) -> Any:
    return read_pairs(r).items()


WRITERS: dict[type, Put] = {
    tuple: write_tuple,
    frozenset: write_frozenset,
    list: writes(b"[", put_list),
    dict: writes(b"{", put_dict),
    set: writes(b"S", put_set),
    collections.OrderedDict: writes(b"O", put_ordered),
    collections.Counter: writes(b"C", put_dict),
    collections.defaultdict: writes(b"D", put_default),
    collections.deque: writes(b"Q", put_deque),
    bytearray: writes(b"B", put_bytearray),
    type({}.keys()): write_keys,
    type({}.values()): write_values,
    type({}.items()): write_pairs,
}
READERS: dict[bytes, Get] = {
    b"(": read_tuple,
    b"z": read_frozenset,
    b"[": reads(list, fill_list, 64),
    b"{": reads(dict, fill_dict, 64),
    b"S": reads(set, fill_set, 216),
    b"O": reads(collections.OrderedDict, fill_ordered, 300),
    b"C": reads(collections.Counter, fill_dict, 200),
    b"D": reads(collections.defaultdict, fill_default, 64),
    b"Q": read_deque,
    b"B": reads(bytearray, fill_bytearray),
    b"k": read_keys_view,
    b"v": read_values_view,
    b"p": read_pairs_view,
}
