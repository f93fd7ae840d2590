"""NumPy on the wire: arrays, scalars, dtypes."""

import re
from typing import Any

import numpy as np

from grader.engine.wire.columns import read_items, write_items
from grader.engine.wire.containers import writes
from grader.engine.wire.stream import LARGEST, Get, Put, Reader, WireError, Writer

MAX_ITEM = 1 << 20  # bytes of one element
MAX_NDIM = 32
SIMPLE = re.compile(r"[<>|=][biufcSU]\d{1,7}|[<>|=][mM]8(\[\d{0,9}[a-zA-Z]{1,2}\])?")


def put_dtype(w: Writer, dtype: np.dtype) -> None:
    """A dtype without a tag: simple, or structured with fields in places of their own."""
    if dtype.names is None and dtype.subdtype is None:
        text = "O" if dtype.kind == "O" else dtype.str
        if (text != "O" and not SIMPLE.fullmatch(text)) or dtype.isbuiltin == 2:
            raise WireError(f"elements of type {dtype} cannot be sent")
        w.text(text)
    elif dtype.subdtype is not None:
        base, shape = dtype.subdtype
        w.text("sub")
        put_dtype(w, base)
        write_items(w, shape)
    else:
        w.text("struct")
        fields: Any = dtype.fields
        names: Any = dtype.names
        write_items(w, names)
        write_items(w, [fields[name][1] for name in names])
        write_items(w, [fields[name][2] if len(fields[name]) > 2 else None for name in names])
        w.number(dtype.itemsize)
        for name in names:
            put_dtype(w, fields[name][0])


def get_dtype(r: Reader, depth: int = 0) -> np.dtype:
    """The dtype that `put_dtype` wrote."""
    text = r.text()
    if depth > 8:
        raise WireError("a dtype may have 8 levels")
    if text == "struct":
        dtype = _structured(r, depth)
    elif text == "sub":
        base = get_dtype(r, depth + 1)
        dtype = np.dtype((base, tuple(read_items(r))))
    elif SIMPLE.fullmatch(text) or text == "O":
        dtype = np.dtype(text)
    else:
        raise WireError(f"no dtype: {text[:40]!r}")
    if dtype.itemsize > MAX_ITEM or (depth and dtype.hasobject):
        raise WireError(f"elements of type {dtype} cannot be sent")
    return dtype


def _structured(r: Reader, depth: int) -> np.dtype:
    names, offsets, titles = list(read_items(r)), list(read_items(r)), list(read_items(r))
    size = r.number()
    if any(type(text) is not str for text in (*names, *filter(None, titles))):
        raise WireError("a structured dtype whose names are no strings")
    if not 0 <= size <= MAX_ITEM or len(names) != len(offsets):
        raise WireError("a structured dtype that does not fit together")
    formats = [get_dtype(r, depth + 1) for _ in names]
    spec = {"names": names, "formats": formats, "offsets": offsets, "itemsize": size}
    if any(titles):
        spec["titles"] = titles
    return np.dtype(spec)  # type: ignore[call-overload]


def write_dtype(w: Writer, value: np.dtype) -> None:
    w.raw(b"#")
    put_dtype(w, value)


def put_shape(w: Writer, shape: tuple[int, ...], order: tuple[int, ...]) -> None:
    """A shape, and which axis lies first, second, ... in memory."""
    w.raw(bytes([len(shape), *order]))
    w.raw(np.array(shape, "<u8").tobytes())


def get_shape(r: Reader, itemsize: int) -> tuple[list[int], list[int]]:
    """The shape as it lies in memory, and the axes' places: data of that size must be left."""
    (ndim,) = r.raw(1)
    order = list(r.raw(ndim)) if ndim <= MAX_NDIM else []
    if sorted(order) != list(range(ndim)):
        raise WireError(f"no order of {ndim} axes: {order}")
    shape = np.frombuffer(r.raw(8 * ndim), "<u8").tolist()
    size = itemsize
    for length in shape:
        size *= length
    if size > len(r.data) - r.at or any(length >= 1 << 48 for length in shape):
        raise WireError(
            f"an array of shape {shape} is announced, {len(r.data) - r.at:,} bytes left"
        )
    return [shape[axis] for axis in order], order


def order_of(strides: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes from the slowest to the fastest in memory; those of one element stay in place."""
    longest = [abs(s) if n > 1 else 0 for s, n in zip(strides, shape, strict=True)]
    for axis in range(len(shape) - 2, -1, -1):
        if shape[axis] <= 1:
            longest[axis] = longest[axis + 1]
    return tuple(sorted(range(len(shape)), key=lambda axis: -longest[axis]))


def put_array(w: Writer, value: np.ndarray) -> None:
    order = tuple(range(value.ndim))
    if not value.flags.c_contiguous:
        order = order_of(value.strides, value.shape)
        if not value.transpose(order).flags.c_contiguous:
            order = tuple(range(value.ndim))  # a view with gaps: its elements in the usual order
    if value.dtype.hasobject and value.dtype.names:
        raise WireError(f"elements of type {value.dtype} cannot be sent")
    put_dtype(w, value.dtype)
    w.raw(b"w" if value.flags.writeable else b"-")
    put_shape(w, value.shape, order)
    flat = value.transpose(order)
    if value.dtype.hasobject:
        write_items(w, flat.ravel().tolist())
    elif value.size and value.dtype.itemsize:
        if w.size + value.nbytes > LARGEST:
            raise WireError(f"an array of {value.nbytes:,} bytes is too large to be sent")
        w.raw(np.ascontiguousarray(flat).reshape(-1).view(np.uint8).data)


def read_array(r: Reader) -> np.ndarray:
    dtype = get_dtype(r)
    writeable = bytes(r.raw(1)) == b"w"
    shape, order = get_shape(r, 1 if dtype.hasobject else dtype.itemsize)
    r.charge(200)
    if dtype.hasobject:
        return _read_objects(r, shape, order, writeable)
    size = dtype.itemsize * int(np.prod(shape, dtype=object))
    lying = np.empty(shape, dtype)
    if size:
        lying.reshape(-1).view(np.uint8)[:] = np.frombuffer(r.raw(size), np.uint8)
        check_values(lying)
    value = lying.transpose(np.argsort(order)) if order != sorted(order) else lying
    value.flags.writeable = writeable
    r.register(value)
    return value


def _read_objects(r: Reader, shape: list[int], order: list[int], writeable: bool) -> np.ndarray:
    lying = np.empty(shape, object)
    value = lying.transpose(np.argsort(order))
    r.register(value)
    items = read_items(r)
    flat = lying.reshape(-1)
    if len(items) != len(flat):
        raise WireError(f"{len(items):,} elements for an array of {len(flat):,}")
    for i, item in enumerate(items):  # one by one: NumPy would look into lists
        flat[i] = item
    value.flags.writeable = writeable
    return value


def check_values(array: np.ndarray) -> None:
    """Raise where an element has bytes that no element of its type can have."""
    for name in array.dtype.names or ():
        check_values(array[name])
    if array.dtype.kind == "b" and array.view(np.uint8).max(initial=0) > 1:
        raise WireError("a truth value is 0 or 1")
    if array.dtype.kind == "U" and array.dtype.itemsize and array.size:
        codes = np.ascontiguousarray(array).view(array.dtype.byteorder.replace("|", "=") + "u4")
        if codes.max() > 0x10FFFF:
            raise WireError("a letter beyond U+10FFFF")


def write_scalar(w: Writer, value: np.generic) -> None:
    w.raw(b"0")
    array = np.empty((), value.dtype)
    array[()] = value
    put_array(w, array)


def read_scalar(r: Reader) -> Any:
    n = len(r.shared.objects)
    value = read_array(r)
    r.shared.forget(n)  # a scalar has no identity
    if value.ndim:
        raise WireError("a scalar with axes")
    return value[()]


def write_numpy_str(w: Writer, value: np.str_) -> None:
    w.raw(b"1")
    w.text(str.__str__(value))


def write_numpy_bytes(w: Writer, value: np.bytes_) -> None:
    w.raw(b"2")
    w.blob(bytes(value))


_SCALARS = {np.dtype(code).type for code in "?bhilqBHILQefdgFDGMm"}

WRITERS: dict[type, Put] = {
    np.ndarray: writes(b"A", put_array),
    np.str_: write_numpy_str,
    np.bytes_: write_numpy_bytes,
    np.void: write_scalar,
    **dict.fromkeys(_SCALARS, write_scalar),
}
READERS: dict[bytes, Get] = {
    b"A": read_array,
    b"0": read_scalar,
    b"1": lambda r: np.str_(r.text()),
    b"2": lambda r: np.bytes_(r.blob()),
    b"#": get_dtype,
}
