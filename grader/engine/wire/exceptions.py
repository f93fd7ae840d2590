"""Exceptions on the wire: what they are called, say and hold, never the objects themselves."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.engine.wire.containers import read_tuple, write_tuple
from grader.engine.wire.names import key_of
from grader.engine.wire.stream import Put, Reader, WireError, Writer

MAX_TEXT = 100_000  # characters of a message
PLAIN = (type(None), bool, int, float, complex, str, bytes)


@dataclass(frozen=True)
class Raised:
    """An exception of the other process."""

    names: tuple[str, ...]  # of its class and the bases, as classes are registered
    args: tuple[Any, ...]
    message: str
    fields: tuple[tuple[str, Any], ...] = ()  # its other attributes that are plain data

    @property
    def name(self) -> str:
        """The name of its class without the module."""
        return self.names[0].rpartition(":")[2].rpartition(".")[2]

    @classmethod
    def of(cls, error: BaseException, records: Mapping[str, type]) -> "Raised":
        """What can be said about an exception; its own methods may fail."""
        bases = [base for base in type(error).__mro__ if base is not object]
        args = BaseException.args.__get__(error)  # type: ignore[attr-defined]
        fields = BaseException.__dict__["__dict__"].__get__(error)
        return cls(
            tuple(_name(base, records) for base in bases),
            tuple(plain(arg) for arg in args),
            _text(error),
            tuple((name, plain(field)) for name, field in fields.items() if type(name) is str),
        )

    def exception(self, records: Mapping[str, type]) -> BaseException:
        """An exception of the nearest class known here, of a class of the same name at least.

        No class of a record is initialized. What is no `Exception`, as `SystemExit`, becomes
        a `RuntimeError`, so that it ends nothing here.
        """
        nearest = next((cls for name in self.names if (cls := _class(name, records))), RuntimeError)
        known = _class(self.names[0], records) is not None
        if not known:
            say = lambda error: self.message  # noqa: E731
            nearest = type(self.name, (nearest,), {"__str__": say, "__module__": "__main__"})
        error = _new(nearest, self.args)
        for name, field in self.fields:
            if not hasattr(type(error), name):
                error.__dict__[name] = field
        return error


def plain(value: Any, depth: int = 3) -> Any:
    """`value` as data without identity; what is no data becomes the name of its type."""
    if type(value) in (list, tuple) and depth:
        return tuple(plain(item, depth - 1) for item in value[:1000])
    if type(value) in (str, bytes):
        return value[:MAX_TEXT]
    return value if type(value) in PLAIN else f"<{type(value).__name__}>"


def _name(cls: type, records: Mapping[str, type]) -> str:
    if cls.__module__ == "builtins":
        return cls.__qualname__
    return key_of(cls, records) or f"{cls.__module__}:{cls.__qualname__}"


def _text(error: BaseException) -> str:
    try:
        return plain(str.__str__(str(error)))
    except BaseException:  # a student's __str__ may do anything, here in the student's process
        return ""


def _class(name: str, records: Mapping[str, type]) -> type[Exception] | None:
    cls = records.get(name) or getattr(builtins, name, None)
    return cls if isinstance(cls, type) and issubclass(cls, Exception) else None


def _new(cls: type[Exception], args: tuple[Any, ...]) -> Exception:
    """An exception whose own `__init__` does not run; those of Python itself check the types."""
    error = cls.__new__(cls, *args)
    base = next(base for base in cls.__mro__ if base.__module__ == "builtins")
    base.__init__(error, *args)  # type: ignore[misc]
    return error


def write_error(w: Writer, value: BaseException) -> None:
    write_raised(w, Raised.of(value, w.codec.records))


def write_raised(w: Writer, value: Raised) -> None:
    w.raw(b"E")
    write_tuple(w, (value.names, value.args, value.message, value.fields))


def read_raised(r: Reader) -> Raised:
    r.raw(1)
    names, args, message, fields = read_tuple(r)
    named = type(names) is tuple and 0 < len(names) <= 50 and all(_is_name(n) for n in names)
    pairs = type(fields) is tuple and all(
        type(field) is tuple and len(field) == 2 and _is_name(field[0]) for field in fields
    )
    if not named or not pairs or type(args) is not tuple or type(message) is not str:
        raise WireError("no exception")
    return Raised(names, args, message, fields)


def _is_name(name: object) -> bool:
    return type(name) is str and 0 < len(name) <= 200 and not name.endswith((":", "."))


WRITERS: dict[type, Put] = {Raised: write_raised}
READERS = {b"E": read_raised}
