"""A strict binary form for the data that a student's process and the checks exchange.

No pickle: a message holds data, and names from short lists. What it says about sizes, depth,
types and identity is checked before it is believed; the only error is `WireError`.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np

from grader.engine.wire import (
    arrays,
    containers,
    exceptions,
    fields,
    generators,
    layers,
    names,
    objects,
    scalars,
    stdlib,
    tensors,
)
from grader.engine.wire.changes import changed, shallow, snapshot, update
from grader.engine.wire.exceptions import Raised
from grader.engine.wire.extent import check_extent
from grader.engine.wire.stream import KNOWN, Handle, Reader, Shared, WireError, Writer

__all__ = [
    "Codec",
    "Handle",
    "Raised",
    "Shared",
    "WireError",
    "changed",
    "check_extent",
    "shallow",
    "snapshot",
    "update",
]

READERS: dict[bytes, Callable[[Reader], Any]] = {
    KNOWN: Reader.again,
    **scalars.READERS,
    **containers.READERS,
    **stdlib.READERS,
    **arrays.READERS,
    **generators.READERS,
    **tensors.READERS,
    **names.READERS,
    **exceptions.READERS,
    **objects.READERS,
    **layers.READERS,
}
WRITERS: dict[type, Callable[[Writer, Any], None]] = {
    **scalars.WRITERS,
    **containers.WRITERS,
    **stdlib.WRITERS,
    **arrays.WRITERS,
    **generators.WRITERS,
    **exceptions.WRITERS,
}


class Codec:
    """One end of the wire.

    `records` are the classes whose objects go by value, by name; it is read anew each time.
    `lend` says what stands for an object that stays here, `borrow` makes something of what the
    other end says; both raise `WireError` where they cannot. A codec that is `trusting` imports
    what it is told to; it belongs to the student, whose peer, the examiner, is not trusting.
    """

    def __init__(
        self,
        records: Mapping[str, type],
        lend: Callable[[object], Handle],
        borrow: Callable[[Handle], object],
        trusting: bool,
    ) -> None:
        self.records, self.lend, self.borrow, self.trusting = records, lend, borrow, trusting
        self.readers, self.writers = READERS, dict(WRITERS)

    def encode(self, value: object, shared: Shared | None = None) -> bytes:
        """The message that stands for `value`; `shared` is brought up to date.

        Raises `WireError` where a part of it cannot be sent.
        """
        shared = Shared() if shared is None else shared
        known = len(shared.objects)
        writer = Writer(self, shared)
        try:
            writer.put(value)
        except (WireError, RecursionError) as error:
            shared.forget(known)
            raise WireError(f"cannot be sent: {error}") from error
        return b"".join(writer.parts)

    def decode(self, data: bytes, shared: Shared | None = None) -> Any:
        """The value that a message stands for; `shared` is brought up to date.

        Raises `WireError` on every message that `encode` cannot have written.
        """
        shared = Shared() if shared is None else shared
        known = len(shared.objects)
        try:
            reader = Reader(self, bytes(data), shared)
            value = reader.get()
            if reader.at != len(data):
                raise WireError(f"{len(data) - reader.at:,} bytes follow the message")
            if reader.repeats and not self.trusting:
                check_extent([value], shared)
        except Exception as error:  # a constructor that met what it does not take
            shared.forget(known)
            if isinstance(error, WireError):
                raise
            # Its text may be made of what was sent, and without end.
            raise WireError(f"no message: {type(error).__name__}") from None
        return value

    def writer(self, value: object) -> Callable[[Writer, Any], None]:
        """How to write an object of a type that is not in the table of writers."""
        cls = type(value)
        if torch_writers := tensors.writers():
            self.writers.update(torch_writers)
            if cls in self.writers:
                return self.writers[cls]
        if issubclass(cls, np.dtype):
            return arrays.write_dtype
        if issubclass(cls, type) or cls in names.FUNCTIONS:
            return _write_named
        if issubclass(cls, BaseException):
            return exceptions.write_error
        if names.key_of(cls, self.records) is not None:
            return _write_registered(cls)
        if names.is_layer(cls):
            return layers.write_module
        return objects.write_result if objects.is_result(cls) else objects.write_handle


def _write_named(w: Writer, value: Any) -> None:
    if not names.write_name(w, value):
        objects.write_handle(w, value)


def _write_registered(cls: type) -> Callable[[Writer, Any], None]:
    if issubclass(cls, Enum):
        return objects.write_member
    return layers.write_module if fields.is_module(cls) else objects.write_record
