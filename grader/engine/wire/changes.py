"""What a call changed in its arguments, and how to bring that home."""

import array
import collections
import copy
import operator
import random
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.engine.wire import tensors
from grader.engine.wire.fields import fields_of, set_fields
from grader.engine.wire.generators import frozen
from grader.engine.wire.objects import CONTENT, new_object
from grader.engine.wire.stream import HoldsHandle, Shared, WireError

Content = tuple[Any, tuple[Any, ...]]  # plain values that must be equal; objects: the same ones


def snapshot(shared: Shared) -> list[Any]:
    """What is needed to find out later which of the objects have changed, in themselves alone.

    A container counts as changed where it holds other objects or in another order. What does
    not go by value is never seen to change.
    """
    return [
        None if i in shared.handles else content(value) for i, value in enumerate(shared.objects)
    ]


def changed(shared: Shared, before: Sequence[Any]) -> list[int]:
    """Which of the objects are not as `snapshot` saw them; hooks of modules do not count."""
    return [
        i for i, old in enumerate(before) if old is not None and _differs(shared.objects[i], old)
    ]


def _differs(value: Any, old: Content) -> bool:
    try:
        plain, parts = content(value)
    except HoldsHandle:  # the call gave a module a hook, which cannot go back
        return False
    identical = len(parts) == len(old[1]) and all(map(operator.is_, parts, old[1]))
    return not identical or plain != old[0]


def content(value: Any) -> Content:
    """What an object is made of."""
    cls = type(value)
    if cls is np.ndarray:
        layout = value.shape, value.dtype.str, value.flags.writeable
        if value.dtype.hasobject:
            return layout, tuple(value.ravel().tolist())
        return (layout, value.tobytes()), ()
    if take := TAKE.get(cls):
        return take(value)
    if tensors.is_mutable(cls):
        return tensors.content(value)
    fields = fields_of(value)
    items = next((TAKE[base](value)[1] for base in cls.__mro__ if base in CONTENT), ())
    return tuple(fields), (*fields.values(), *items)


def _items(value: Any) -> Content:
    return None, tuple(value)


def _pairs(value: Any) -> Content:
    return None, (*dict.keys(value), *dict.values(value))


def _bytes(value: Any) -> Content:
    return bytes(value), ()


TAKE: dict[type, Callable[[Any], Content]] = {
    list: _items,
    set: _items,
    collections.deque: lambda value: (value.maxlen, tuple(value)),
    dict: _pairs,
    collections.Counter: _pairs,
    collections.OrderedDict: lambda value: (None, (*value, *value.values())),
    collections.defaultdict: _pairs,
    types.SimpleNamespace: lambda value: _pairs(value.__dict__),
    bytearray: _bytes,
    array.array: _bytes,
    np.random.Generator: lambda value: (frozen(value.bit_generator.state), ()),
    np.random.RandomState: lambda value: (frozen(value.get_state(legacy=False)), ()),
    random.Random: lambda value: (value.getstate(), ()),
}


def shallow(value: Any) -> Any:
    """Another object with the same content, which is not copied."""
    cls = type(value)
    if cls is np.ndarray:
        return value.view()
    if tensors.is_mutable(cls):
        return tensors.shallow(value)
    if cls in TAKE:
        return copy.deepcopy(value) if cls in STATES else copy.copy(value)
    other = new_object(cls)
    _become(other, value)
    return other


STATES = (np.random.Generator, np.random.RandomState, random.Random)


def update(target: Any, value: Any) -> None:
    """Give `target` the content of `value`, an object of the same type.

    Raises `WireError` where that is not possible in place.
    """
    cls = type(target)
    if cls is not type(value):
        raise WireError(f"a {cls.__name__} cannot become a {type(value).__name__}")
    try:
        if cls is np.ndarray:
            _update_array(target, value)
        elif cls is np.random.Generator:
            target.bit_generator.state = value.bit_generator.state
        elif cls is np.random.RandomState:
            target.set_state(value.get_state(legacy=False))
        elif cls is random.Random:
            target.setstate(value.getstate())
        elif tensors.is_mutable(cls):
            tensors.update(target, value)
        else:
            _become(target, value)
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise WireError(f"a {cls.__name__} cannot be changed: {error}") from error


def _update_array(target: np.ndarray, value: np.ndarray) -> None:
    if target.shape != value.shape or target.dtype != value.dtype:
        raise WireError(
            f"an array of shape {target.shape} and type {target.dtype} cannot take "
            f"shape {value.shape} and type {value.dtype} in place"
        )
    if target.flags.writeable:
        target[...] = value
    elif target.tobytes() != value.tobytes():
        raise WireError("an array that is read-only cannot be changed")
    target.flags.writeable = value.flags.writeable


def _become(target: Any, value: Any) -> None:
    """Exchange the items of a container and the attributes of an object."""
    base = next((base for base in type(target).__mro__ if base in REFILL), None)
    if base is not None:
        REFILL[base](target, value)
    if type(target) not in TAKE:
        fields = fields_of(value)
        for name in fields_of(target).keys() - fields:
            object.__delattr__(target, name)
        set_fields(target, fields)


def _refill_list(target: list, value: list) -> None:
    list.__setitem__(target, slice(None), list.__iter__(value))


def _refill_set(target: set, value: set) -> None:
    items = tuple(set.__iter__(value))
    set.clear(target)
    set.update(target, items)


def _refill_dict(target: dict, value: dict) -> None:
    pairs = tuple(zip(dict.keys(value), dict.values(value), strict=True))
    dict.clear(target)
    dict.update(target, pairs)


def _refill_ordered(target: collections.OrderedDict, value: collections.OrderedDict) -> None:
    pairs = [(key, dict.__getitem__(value, key)) for key in collections.OrderedDict.__iter__(value)]
    collections.OrderedDict.clear(target)
    for key, item in pairs:
        collections.OrderedDict.__setitem__(target, key, item)


def _refill_default(target: collections.defaultdict, value: collections.defaultdict) -> None:
    _refill_dict(target, value)
    target.default_factory = value.default_factory


def _refill_deque(target: collections.deque, value: collections.deque) -> None:
    if target.maxlen != value.maxlen:
        raise WireError("a deque keeps its maxlen")
    items = tuple(value)
    target.clear()
    target.extend(items)


REFILL: dict[type, Callable[[Any, Any], None]] = {
    list: _refill_list,
    set: _refill_set,
    collections.OrderedDict: _refill_ordered,
    collections.defaultdict: _refill_default,
    dict: _refill_dict,
    collections.deque: _refill_deque,
    types.SimpleNamespace: lambda target, value: _refill_dict(target.__dict__, value.__dict__),
    bytearray: lambda target, value: target.__setitem__(slice(None), value),
    array.array: lambda target, value: target.__setitem__(slice(None), value),
}
