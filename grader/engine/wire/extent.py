"""How large a value is that names parts of itself again: written out it may be without end.

Fifty lists, each of which holds the next one twice, are a message of 500 bytes, and 2 ** 50
items for whoever prints or compares them.
"""

import collections
import types
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from grader.engine.wire.fields import fields_of
from grader.engine.wire.stream import DEPTH, ROOM, Shared, WireError

NUMBERS = {type(None), bool, int, float, complex}
TEXTS = {str, bytes}
SERIES = (list, tuple, set, frozenset, collections.deque)
_empty: dict[Any, Any] = {}
VIEWS = (type(_empty.keys()), type(_empty.values()), type(_empty.items()))
OPEN = -1  # extent of an object whose parts are being looked at


def check_extent(values: Iterable[Any], shared: Shared) -> int:
    """About the bytes of all values written out; what stays in the other process counts as one.

    Raises `WireError` where a value contains itself, is too deep or would fill the memory.
    """
    known = {id(shared.objects[i]): 64 for i in shared.handles}
    extent = sum(_extent(value, known, 0) for value in values)
    if extent > ROOM:
        raise WireError(f"a value that has more than {ROOM:,} bytes, written out")
    return extent


def _extent(value: Any, known: dict[int, int], depth: int) -> int:
    cls = type(value)
    if cls in NUMBERS:
        return 8
    if cls in TEXTS:
        return 8 + len(value)
    if cls in (tuple, list) and set(map(type, value)) <= NUMBERS:
        return 64 + 8 * len(value)
    if issubclass(cls, tuple):  # goes by value, and may be made anew for each look at it
        return 64 + sum(_extent(part, known, depth + 1) for part in _parts(value))
    extent = known.get(id(value))
    if extent == OPEN or depth > DEPTH:
        raise WireError("data that contains itself, or is nested too deep, cannot be sent")
    if extent is None:
        known[id(value)] = OPEN
        extent = 64 + sum(_extent(part, known, depth + 1) for part in _parts(value))
        known[id(value)] = extent
    return extent


def _parts(value: Any) -> Iterable[Any]:
    """The objects inside of `value`."""
    cls = type(value)
    if cls in SERIES or cls in VIEWS:
        return value
    if cls is np.ndarray:
        return value.ravel().tolist() if value.dtype.kind == "O" else ()
    if issubclass(cls, type) or cls.__module__ == "torch" or cls is types.FunctionType:
        return ()
    parts: list[Iterable[Any]] = [fields_of(value).values()]
    if isinstance(value, dict):
        parts += [dict.keys(value), dict.values(value)]
    elif base := next((base for base in SERIES if issubclass(cls, base)), None):
        parts.append(base.__iter__(value))
    return chain.from_iterable(parts)
