"""Objects on the wire: the data of those of registered classes, handles of all others."""

import collections
import sys
from enum import Enum, Flag
from typing import Any

from grader.engine.wire import containers
from grader.engine.wire.columns import read_items, write_items
from grader.engine.wire.extent import check_extent
from grader.engine.wire.fields import fields_of, is_data, is_module, set_fields
from grader.engine.wire.names import find, key_of, read_key
from grader.engine.wire.stream import Handle, HoldsHandle, Put, Reader, WireError, Writer

# What a class may be derived from, and how that part of its objects is written and read.
CONTENT: dict[type, tuple[Put, Any]] = {
    list: (containers.put_list, containers.fill_list),
    collections.OrderedDict: (containers.put_ordered, containers.fill_ordered),
    collections.defaultdict: (containers.put_default, containers.fill_default),
    dict: (containers.put_dict, containers.fill_dict),
    set: (containers.put_set, containers.fill_set),
}
VALUES = (tuple, str, bytes, int, float, complex, frozenset)  # bases that cannot change


def base_of(cls: type) -> type:
    """The built-in class that holds the content of objects of `cls`."""
    return next(base for base in cls.__mro__ if base in CONTENT or base in VALUES or base is object)


def new_object(cls: type) -> Any:
    """An object of a registered class or of a layer, without attributes; no `__init__` runs."""
    value: Any = base_of(cls).__new__(cls)  # type: ignore[call-overload]
    if is_module(cls):
        sys.modules["torch"].nn.Module.__init__(value)
    return value


# Records


def write_record(w: Writer, value: Any) -> None:
    """An object of a registered class; by handle where it holds what cannot go by value."""
    by_value(w, value, _put_record)


def by_value(w: Writer, value: Any, put: Put) -> None:
    """Write an object by value; the outermost by handle where that is not possible."""
    mark = w.mark()
    w.sealed += 1
    try:
        put(w, value)
    except HoldsHandle:
        if mark[3]:  # there is another object around this one
            raise
        w.back(mark)
        write_handle(w, value)
    else:
        w.sealed -= 1


def _put_record(w: Writer, value: Any) -> None:
    cls = type(value)
    base = base_of(cls)
    key = key_of(cls, w.codec.records)
    if key is None:
        raise WireError(f"{cls.__name__} is not a registered class")
    if base in VALUES:
        w.raw(b"q")
        w.text(key)
        w.put(_value_of(base, value))
        put_fields(w, value, fields_of(value))
        return
    if not w.again(value):
        w.raw(b"o")
        w.text(key)
        put_fields(w, value, fields_of(value))
        if base in CONTENT:
            CONTENT[base][0](w, value)


def _value_of(base: Any, value: Any) -> Any:
    """A value without its class, whatever that class makes of `str(value)` or `iter(value)`."""
    if base in (complex, frozenset):
        return base(value)
    return base.__getnewargs__(value)[0]


def put_fields(w: Writer, value: Any, fields: dict[str, Any]) -> None:
    """Write attributes; raises `HoldsHandle` where the peer would refuse one."""
    if w.codec.trusting and not all(is_data(type(value), name) for name in fields):
        raise HoldsHandle("an attribute hides one of its class")
    containers.put_dict(w, fields)


def read_fields(r: Reader, cls: type) -> dict[str, Any]:
    """The attributes of an object of `cls`, none of which hides what the class has."""
    fields = containers.read_pairs(r)
    for name in fields:
        if not (r.codec.trusting or is_data(cls, name)):
            name = name[:60] if type(name) is str else type(name).__name__
            raise WireError(f"an object of {cls.__name__} may not have an attribute {name!r}")
    return fields


def read_record(r: Reader) -> Any:
    cls = _record_class(r)
    base = base_of(cls)
    if base in VALUES:
        raise WireError(f"{cls.__name__} without its value")
    value = new_object(cls)
    r.register(value)
    r.charge(400)
    r.sealed += 1
    set_fields(value, read_fields(r, cls))
    if base in CONTENT:
        CONTENT[base][1](r, value)
    r.sealed -= 1
    return value


def read_value_record(r: Reader) -> Any:
    """An object of a class that is derived from a tuple, a number, a string."""
    cls = _record_class(r)
    base = base_of(cls)
    r.sealed += 1
    content = r.get()
    fields = read_fields(r, cls)
    r.sealed -= 1
    names = getattr(cls, "_fields", ())  # of a NamedTuple
    n_items = len(content) if isinstance(content, tuple) else 0
    if type(content) is not base or (names and n_items != len(names)):
        raise WireError(f"no value for {cls.__name__}")
    value: Any = base.__new__(cls, content)  # type: ignore[call-overload]
    set_fields(value, fields)
    return value


def _record_class(r: Reader) -> type:
    cls = read_key(r)
    if issubclass(cls, (Enum, BaseException, type)) or is_module(cls):
        raise WireError(f"{cls.__name__} is not a class of records")
    return cls


# Members of enumerations


def write_member(w: Writer, value: Enum) -> None:
    w.raw(b"e")
    w.text(key_of(type(value), w.codec.records) or "")
    w.put(value._name_ if value._name_ in type(value).__members__ else value._value_)


def read_member(r: Reader) -> Enum:
    cls = read_key(r)
    name = r.plain()
    if not issubclass(cls, Enum):
        raise WireError(f"{cls.__name__} is not an enumeration")
    if type(name) is int and issubclass(cls, Flag):
        return cls(name)
    return cls.__members__[name]


# Tuples with names that functions of PyTorch and NumPy return


def is_result(cls: type) -> bool:
    """Whether a class is one of those tuples: of `torch.max(x, 0)`, `np.linalg.svd(x)`."""
    ours = cls.__module__ == "torch.return_types" or cls.__module__.startswith("numpy.")
    return ours and issubclass(cls, tuple) and find(cls.__module__, cls.__name__) is cls


def write_result(w: Writer, value: tuple) -> None:
    w.raw(b"j")
    w.text(type(value).__module__)
    w.text(type(value).__name__)
    write_items(w, tuple(tuple.__iter__(value)))


def read_result(r: Reader) -> tuple:
    module, name = r.text(), r.text()
    cls = find(module, name)
    if not isinstance(cls, type) or not is_result(cls):
        raise WireError(f"{module[:60]}.{name[:60]} is no result")
    items = read_items(r)
    if not hasattr(cls, "_fields"):
        return cls(items)
    if len(items) != len(cls._fields):
        raise WireError(f"{len(items)} items for {name}")
    return tuple.__new__(cls, items)


# Everything else stays where it is


def write_handle(w: Writer, value: Any) -> None:
    """What `lend` says about an object that stays in this process."""
    if w.sealed and w.codec.trusting:
        raise HoldsHandle(f"an object of {type(value).__name__} cannot go by value")
    if w.again(value):
        return
    w.shared.handles.add(w.seen[id(value)])
    handle = w.codec.lend(value)
    w.raw(b"h")
    w.text(handle.kind)
    w.number(handle.id)
    w.put(handle.info)


def read_handle(r: Reader) -> Any:
    if r.sealed and not r.codec.trusting:
        raise WireError("an object that goes by value may hold no handle")
    place = len(r.shared.objects)
    r.register(None)
    r.shared.handles.add(place)
    kind, number = r.text(), r.number()
    r.sealed += 1
    info = r.get()
    r.sealed -= 1
    if r.repeats and not r.codec.trusting:
        r.charge(check_extent([info], r.shared))
    if len(kind) > 40:
        raise WireError(f"no kind of a handle: {kind[:40]!r}")
    value = r.codec.borrow(Handle(kind, number, info))
    r.shared.objects[place] = value
    return value


READERS = {
    b"o": read_record,
    b"q": read_value_record,
    b"e": read_member,
    b"j": read_result,
    b"h": read_handle,
}
