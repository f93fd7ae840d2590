"""GGUF files: a model's settings, vocabulary and quantised weights in one.

A file is a header, typed metadata, a list of tensors, and the tensors' blocks.
All numbers are little-endian. The format is described in `docs/gguf.md` of
the ggml project. Every length in a file is compared with the size of the file
before memory is allocated.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np

from minillm.quantization import FORMATS, Format

ALIGNMENT = 32  # bytes, where the metadata do not say otherwise
QUANTIZATION = 2  # the version of the blocks that `FORMATS` describes
MAX_DIMS = 4
MAX_DEPTH = 4  # of arrays within arrays
U32, BOOL, STRING, ARRAY, U64 = 4, 7, 8, 9, 10  # types of metadata
NUMBERS = {0: "<u1", 1: "<i1", 2: "<u2", 3: "<i2", U32: "<u4", 5: "<i4"}
NUMBERS |= {6: "<f4", BOOL: "<u1", U64: "<u8", 11: "<i8", 12: "<f8"}


@dataclass(frozen=True)
class QuantizedTensor:
    """A tensor in the file; its bytes are read when they are used.

    `shape` is NumPy's: the last axis is the one whose weights are neighbours
    (GGUF lists the sizes the other way round).
    """

    shape: tuple[int, ...]
    format: Format
    blocks: np.ndarray

    def dequantize(self) -> np.ndarray:
        """All weights as float32, in `shape`."""
        return self.format.dequantize(self.blocks).reshape(self.shape)


@dataclass(frozen=True)
class GGUF:
    """The contents of a file: `metadata` by key, `tensors` by name."""

    metadata: dict[str, Any]
    tensors: dict[str, QuantizedTensor]


class Cursor:
    """Reads the values of a file in order.

    Raises `ValueError` where the file ends too early.
    """

    def __init__(self, data: memoryview):
        self.data = data
        self.at = 4  # behind the word GGUF

    def take(self, n_bytes: int) -> memoryview:
        """The next bytes (n_bytes,), not copied."""
        left = len(self.data) - self.at
        if n_bytes > left:
            raise ValueError(
                f"truncated GGUF file: {n_bytes} bytes are announced "
                f"at byte {self.at}, and {left} are left"
            )
        self.at += n_bytes
        return self.data[self.at - n_bytes : self.at]

    def numbers(self, kind: int, n: int) -> np.ndarray:
        """The next numbers (n,) of a type."""
        if kind not in NUMBERS:
            raise ValueError(f"unknown type of GGUF metadata: {kind}")
        dtype = np.dtype(NUMBERS[kind])
        numbers = np.frombuffer(self.take(n * dtype.itemsize), dtype)
        if kind != BOOL:
            return numbers
        if n and numbers.max() > 1:
            raise ValueError(f"a truth value is 0 or 1, not {numbers.max()}")
        return numbers.astype(bool)

    def string(self) -> str:
        """The next string: its length in bytes, then UTF-8."""
        raw = bytes(self.take(self.value(U64)))
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise ValueError(
                f"a string of a GGUF file is not UTF-8: {raw[:40]!r}"
            ) from error

    def array(self, depth: int) -> Any:
        """The next array: numbers as a NumPy array, others as a list."""
        if depth > MAX_DEPTH:
            raise ValueError(f"GGUF arrays are nested deeper than {MAX_DEPTH}")
        kind, n = self.value(U32), self.value(U64)
        if kind in (STRING, ARRAY):
            # Each is 8 bytes or more: a wrong n ends at the end of the file.
            return [self.value(kind, depth) for _ in range(n)]
        return self.numbers(kind, n)

    def value(self, kind: int, depth: int = 0) -> Any:
        """The next value of a type; `depth` arrays are open around it."""
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            return self.array(depth + 1)
        return self.numbers(kind, 1)[0].item()


def read(path: str | Path) -> GGUF:
    """Open a GGUF file; its tensors stay in the file until they are used.

    Raises `FileNotFoundError` where there is none, and `ValueError` on what is
    not GGUF version 2 or 3, is big-endian or truncated, contradicts itself,
    or stores weights in a way that `FORMATS` lacks.
    """
    cursor = Cursor(_map(Path(path)))
    version = cursor.value(U32)
    if int.from_bytes(version.to_bytes(4), "little") in (2, 3):
        raise ValueError(
            "a big-endian GGUF file: the version is 2 or 3 in little-endian "
            f"order, not {version}"
        )
    if version not in (2, 3):
        raise ValueError(f"GGUF is read in version 2 or 3, not {version}")
    n_tensors, n_keys = cursor.value(U64), cursor.value(U64)
    metadata = _unique(_pair(cursor) for _ in range(n_keys))
    places = _unique(_place(cursor) for _ in range(n_tensors))
    blocks = metadata.get("general.quantization_version", QUANTIZATION)
    if blocks != QUANTIZATION:
        raise ValueError(
            f"blocks of few bits are read in version {QUANTIZATION}, not "
            f"{blocks!r} (general.quantization_version)"
        )
    alignment = metadata.get("general.alignment", ALIGNMENT)
    if type(alignment) is not int or alignment < 1:
        raise ValueError(f"general.alignment is 1 or more, not {alignment!r}")
    body = cursor.data[math.ceil(cursor.at / alignment) * alignment :]
    tensors = {
        name: _tensor(body, alignment, name, *place)
        for name, place in places.items()
    }
    return GGUF(metadata, tensors)


def _map(path: Path) -> memoryview:
    """The bytes of a file, which the system reads when they are used."""
    with path.open("rb") as file:
        magic = file.read(4)
        if magic != b"GGUF":
            raise ValueError(
                f"{str(path)!r} begins with {magic!r}, not b'GGUF'"
            )
        return memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, value in pairs:
        if name in named:
            raise ValueError(f"a GGUF file names {name!r} twice")
        named[name] = value
    return named


def _pair(cursor: Cursor) -> tuple[str, Any]:
    key = cursor.string()
    return key, cursor.value(cursor.value(U32))


def _place(cursor: Cursor) -> tuple[str, tuple[tuple[int, ...], int, int]]:
    """Name, shape, type and offset of the next tensor."""
    name = cursor.string()
    n_dims = cursor.value(U32)
    if n_dims > MAX_DIMS:
        raise ValueError(
            f"tensor {name!r} has at most {MAX_DIMS} axes, not {n_dims}"
        )
    sizes = cursor.numbers(U64, n_dims).tolist()
    return name, (tuple(sizes[::-1]), cursor.value(U32), cursor.value(U64))


def _tensor(
    body: memoryview,
    alignment: int,
    name: str,
    shape: tuple[int, ...],
    kind: int,
    offset: int,
) -> QuantizedTensor:
    if kind not in FORMATS:
        known = ", ".join(f"{n} {f.name}" for n, f in FORMATS.items())
        raise ValueError(
            f"tensor {name!r} is stored as type {kind}; known: {known}"
        )
    form = FORMATS[kind]
    n_weights, row = math.prod(shape), shape[-1] if shape else 1
    if not n_weights or row % form.n_weights:
        raise ValueError(
            f"tensor {name!r} of shape {shape} is not made of rows of "
            f"{form.n_weights} weights, as {form.name} is"
        )
    n_bytes = n_weights // form.n_weights * form.dtype.itemsize
    if offset % alignment or offset + n_bytes > len(body):
        raise ValueError(
            f"tensor {name!r} has {n_bytes} bytes at {offset}: not a multiple "
            f"of {alignment}, or truncated ({len(body)} bytes of weights)"
        )
    blocks = np.frombuffer(body[offset : offset + n_bytes], form.dtype)
    return QuantizedTensor(shape, form, blocks)
