"""The form of a message: one tag for each node, then its content; counts before what they count.

`Writer` and `Reader` know numbers of bytes, limits and identity; what a node may be is written
in tables by the other modules: `WRITERS[type]` and `READERS[tag]`.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DEPTH = 100  # nodes inside each other
LARGEST = 256 << 20  # bytes of a message
ROOM = 1 << 30  # bytes, about, that a decoded message may take
NODE = 1024  # bytes that every node is counted as: it takes time, too
KNOWN = b"&"  # tag of a node that is an earlier one again

_COUNT = struct.Struct("<I")
_TAGGED = struct.Struct("<cI")
_INT = struct.Struct("<q")


class WireError(Exception):
    """A value that cannot be sent, or bytes that are no message."""


class HoldsHandle(WireError):
    """An object that goes by value would have to hold one that does not."""


@dataclass(frozen=True)
class Handle:
    """What stands for an object that stays in the other process."""

    kind: str  # "function", "class", "object", "module", "iterator", "callback", ...
    id: int
    info: object = None  # plain data


@dataclass
class Shared:
    """The mutable objects that both ends know from earlier messages of one call, in one order."""

    objects: list[Any] = field(default_factory=list)
    handles: set[int] = field(default_factory=set)  # which of the objects stay where they are

    def forget(self, known: int) -> None:
        """Keep only the first `known` objects."""
        del self.objects[known:]
        self.handles = {i for i in self.handles if i < known}


class Writer:
    """Collects the bytes of one message."""

    def __init__(self, codec: Any, shared: Shared) -> None:
        self.codec, self.shared = codec, shared
        self.parts: list[Any] = []
        self.size = self.depth = 0
        self.sealed = 0  # objects around this node that may hold no handle
        self.seen = {id(value): i for i, value in enumerate(shared.objects)}

    def put(self, value: object) -> None:
        """Write a node."""
        write = self.codec.writers.get(type(value))
        if write is None:
            write = self.codec.writer(value)
        self.deeper()
        write(self, value)
        self.depth -= 1

    def deeper(self) -> None:
        """Count one more level."""
        self.depth += 1
        if self.depth > DEPTH:
            raise WireError(f"data may be nested {DEPTH} levels deep, not deeper")

    def raw(self, data: Any) -> None:
        """Append bytes, or a flat buffer of them."""
        self.parts.append(data)
        self.size += len(data)
        if self.size > LARGEST:
            raise WireError(f"a message may have {LARGEST:,} bytes, not more")

    def count(self, tag: bytes, count: int) -> None:
        """A tag and how many items follow."""
        if count >= 1 << 32:
            raise WireError(f"{count:,} items are too many")
        self.parts.append(_TAGGED.pack(tag, count))
        self.size += 5

    def text(self, text: str) -> None:
        """A string without a tag."""
        data = text.encode("utf-8", "surrogatepass")
        self.blob(data)

    def blob(self, data: Any) -> None:
        """Bytes without a tag."""
        self.parts.append(_COUNT.pack(len(data)))
        self.raw(data)

    def number(self, number: int) -> None:
        """A small integer without a tag."""
        self.parts.append(_INT.pack(number))
        self.size += 8

    def again(self, value: object) -> bool:
        """Whether `value` was written before, which is then said; else it gets the next number."""
        i = self.seen.get(id(value))
        if i is None:
            self.register(value)
            return False
        self.count(KNOWN, i)
        return True

    def register(self, value: object) -> None:
        """`value` gets the next number."""
        self.seen[id(value)] = len(self.shared.objects)
        self.shared.objects.append(value)

    def mark(self) -> tuple[int, ...]:
        """Where the message stands, for `back`."""
        return len(self.parts), self.size, self.depth, self.sealed, len(self.shared.objects)

    def back(self, mark: tuple[int, ...]) -> None:
        """Forget what was written since `mark`."""
        n_parts, self.size, self.depth, self.sealed, n_objects = mark
        for value in self.shared.objects[n_objects:]:
            del self.seen[id(value)]
        del self.parts[n_parts:]
        self.shared.forget(n_objects)


class Reader:
    """Takes a message apart and believes nothing that it says."""

    def __init__(self, codec: Any, data: bytes, shared: Shared) -> None:
        self.codec, self.shared, self.readers = codec, shared, codec.readers
        self.data, self.view = data, memoryview(data)
        self.at = self.depth = self.clashes = self.sealed = 0
        self.repeats = False  # some node was named again
        self.room = ROOM
        if len(data) > LARGEST:
            raise WireError(f"a message may have {LARGEST:,} bytes, not {len(data):,}")

    def get(self) -> Any:
        """Read a node."""
        at = self.at
        read = self.readers.get(self.data[at : at + 1])
        if read is None:
            raise WireError(f"unknown tag {self.data[at : at + 1]!r} at byte {at:,}")
        self.at = at + 1
        self.deeper()
        value = read(self)
        self.depth -= 1
        return value

    def deeper(self) -> None:
        """Count one more node, one level down."""
        self.depth += 1
        self.room -= NODE
        if self.depth > DEPTH or self.room < 0:
            raise WireError(f"data may be nested {DEPTH} levels deep and take {ROOM:,} bytes")

    def again(self) -> Any:
        """An earlier node, where `KNOWN` was the tag."""
        (i,) = self.fixed(_COUNT)
        if i >= len(self.shared.objects):
            raise WireError(f"node {i} is named, {len(self.shared.objects)} are known")
        self.repeats = True
        return self.shared.objects[i]

    def charge(self, cost: int) -> None:
        """Take memory into account."""
        self.room -= cost
        if self.room < 0:
            raise WireError(f"the message would take more than {ROOM:,} bytes")

    def raw(self, size: int) -> memoryview:
        """The next `size` bytes, not copied."""
        at, end = self.at, self.at + size
        if size < 0 or end > len(self.data):
            raise WireError(f"{size:,} bytes are announced, {len(self.data) - at:,} are left")
        self.charge(size)
        self.at = end
        return self.view[at:end]

    def count(self) -> int:
        """How many items follow: each takes one byte at least."""
        at = self.at
        if at + 4 > len(self.data):
            raise WireError("the message ends in the middle of a count")
        self.at = at + 4
        (count,) = _COUNT.unpack_from(self.data, at)
        if count > len(self.data) - self.at:
            raise WireError(
                f"{count:,} items are announced, {len(self.data) - self.at:,} bytes left"
            )
        return count

    def text(self) -> str:
        """A string without a tag."""
        size = self.count()
        self.at += size
        self.charge(4 * size)  # one letter beyond U+FFFF makes every letter four bytes
        return str(self.data[self.at - size : self.at], "utf-8", "surrogatepass")

    def blob(self) -> memoryview:
        """Bytes without a tag."""
        return self.raw(self.count())

    def number(self) -> int:
        """A small integer without a tag."""
        return self.fixed(_INT)[0]

    def fixed(self, form: struct.Struct) -> tuple[Any, ...]:
        """Numbers in a fixed form; `struct.error` where the message ends before."""
        at = self.at
        self.at = at + form.size
        return form.unpack_from(self.data, at)

    def register(self, value: Any) -> Any:
        """`value`, which may still be empty, gets the next number."""
        self.shared.objects.append(value)
        return value

    def plain(self) -> Any:
        """Read a node without objects that could be named again: it is as small as it looks."""
        known, repeats = len(self.shared.objects), self.repeats
        self.repeats = False
        value = self.get()
        if self.repeats or len(self.shared.objects) > known:
            raise WireError("numbers and texts were expected")
        self.repeats = repeats
        return value


Put = Callable[[Writer, Any], None]
Get = Callable[[Reader], Any]
