"""PyTorch on the wire: tensors, parameters, dtypes, generators.

PyTorch is not imported here: who has not imported it meets no tensor, and is sent none.
"""

import sys
from typing import Any

import numpy as np

from grader.engine.wire.arrays import get_shape, order_of, put_shape
from grader.engine.wire.columns import read_items, write_items
from grader.engine.wire.containers import writes
from grader.engine.wire.stream import LARGEST, Get, Put, Reader, WireError, Writer

DTYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"),
    *("float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128"),
    *("float8_e4m3fn", "float8_e5m2"),
)
PARAMETER, REQUIRES_GRAD, HAS_GRAD = 1, 2, 4


def loaded() -> Any:
    """PyTorch, where it was imported."""
    torch = sys.modules.get("torch")
    if torch is None:
        raise WireError("a tensor came, but nothing here has imported torch")
    return torch


def is_mutable(cls: type) -> bool:
    """Whether objects of just this class are tensors or random generators."""
    torch = sys.modules.get("torch")
    return torch is not None and cls in (torch.Tensor, torch.nn.Parameter, torch.Generator)


def write_dtype(w: Writer, value: Any) -> None:
    w.raw(b"%")
    put_dtype(w, value)


def put_dtype(w: Writer, dtype: Any) -> None:
    name = str(dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise WireError(f"tensors of type {dtype} cannot be sent")
    w.text(name)


def get_dtype(r: Reader) -> Any:
    name = r.text()
    if name not in DTYPES:
        raise WireError(f"no dtype of a tensor: {name[:40]!r}")
    return getattr(loaded(), name)


def put_tensor(w: Writer, value: Any) -> None:
    torch = loaded()
    data = value.detach()
    if data.layout != torch.strided or data.is_quantized or data.is_nested or data.is_meta:
        raise WireError(f"a tensor of layout {data.layout} on {data.device} cannot be sent")
    if w.size + data.numel() * data.element_size() > LARGEST:
        raise WireError(f"a tensor of shape {tuple(data.shape)} is too large to be sent")
    grad = value.grad if value.is_leaf else None
    is_parameter = type(value) is torch.nn.Parameter
    flags = PARAMETER * is_parameter | REQUIRES_GRAD * value.requires_grad
    put_dtype(w, data.dtype)
    w.raw(bytes([flags | HAS_GRAD * (grad is not None)]))
    data = data.cpu().resolve_conj().resolve_neg()
    order = tuple(range(data.ndim))
    if not data.is_contiguous():
        order = order_of(data.stride(), tuple(data.shape))
        if not data.permute(order).is_contiguous():
            order = tuple(range(data.ndim))
    put_shape(w, tuple(data.shape), order)
    if data.numel():
        flat = data.permute(order).contiguous().reshape(-1).view(torch.uint8)
        w.raw(memoryview(flat.numpy()))
    if grad is not None:
        w.put(grad)


def read_tensor(r: Reader) -> Any:
    torch = loaded()
    r.charge(1000)
    dtype = get_dtype(r)
    flags = r.raw(1)[0]
    if flags > 7:
        raise WireError(f"no flags of a tensor: {flags}")
    shape, order = get_shape(r, dtype.itemsize)
    lying = torch.empty(shape, dtype=dtype)
    if size := lying.numel() * dtype.itemsize:
        raw = np.frombuffer(r.raw(size), np.uint8)
        if dtype == torch.bool and raw.max() > 1:
            raise WireError("a truth value is 0 or 1")
        lying.reshape(-1).view(torch.uint8).numpy()[:] = raw
    data = lying.permute(np.argsort(order).tolist()) if order != sorted(order) else lying
    if flags & PARAMETER:
        data = torch.nn.Parameter(data, bool(flags & REQUIRES_GRAD))
    elif flags & REQUIRES_GRAD:
        data.requires_grad_()
    r.register(data)
    if flags & HAS_GRAD:
        data.grad = r.get()  # PyTorch compares type and shape
    return data


def put_generator(w: Writer, value: Any) -> None:
    if value.device.type != "cpu":
        raise WireError(f"a random generator on {value.device} cannot be sent")
    w.blob(value.get_state().numpy().tobytes())


def read_generator(r: Reader) -> Any:
    torch = loaded()
    r.charge(6000)
    value = torch.Generator()
    # PyTorch compares the size and the position with what is possible.
    value.set_state(torch.from_numpy(np.frombuffer(r.blob(), np.uint8).copy()))
    r.register(value)
    return value


def write_size(w: Writer, value: Any) -> None:
    w.raw(b"x")
    write_items(w, tuple(value))


def write_device(w: Writer, value: Any) -> None:
    w.raw(b"@")
    w.text(str(value))


def read_device(r: Reader) -> Any:
    text = r.text()
    if text.partition(":")[0] not in ("cpu", "cuda", "mps", "meta"):
        raise WireError(f"no device: {text[:40]!r}")
    return loaded().device(text)


def content(value: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a tensor or a generator is made of, see `changes.content`."""
    if isinstance(value, loaded().Generator):
        return value.get_state().numpy().tobytes(), ()
    data = value.detach().resolve_conj().resolve_neg()
    flat = data.contiguous().reshape(-1).view(loaded().uint8)
    layout = value.dtype, tuple(value.shape), value.requires_grad
    return (layout, flat.numpy().tobytes()), (value.grad if value.is_leaf else None,)


def shallow(value: Any) -> Any:
    """Another tensor of the same memory, or a generator in the same state."""
    if isinstance(value, loaded().Generator):
        return loaded().Generator().set_state(value.get_state())
    other = value.detach()
    if type(value) is not type(other):
        other = type(value)(other, value.requires_grad)
    elif value.requires_grad:
        other.requires_grad_()
    if value.is_leaf:
        other.grad = value.grad
    return other


def update(target: Any, value: Any) -> None:
    """Give a tensor the elements and the gradient of another; PyTorch's errors come through."""
    if isinstance(value, loaded().Generator):
        target.set_state(value.get_state())
        return
    if target.shape == value.shape and target.dtype == value.dtype:
        target.data.copy_(value.data)
    else:
        target.data = value.data
    if target.is_leaf:
        if target.requires_grad != value.requires_grad:
            target.requires_grad_(value.requires_grad)
        target.grad = value.grad


def writers() -> dict[type, Put]:
    """The table of `WRITERS`, empty as long as torch is not imported."""
    torch: Any = sys.modules.get("torch")
    if not _WRITERS and hasattr(torch, "Generator"):  # torch is imported, not just being so
        _WRITERS[torch.Tensor] = _WRITERS[torch.nn.Parameter] = writes(b"X", put_tensor)
        _WRITERS[torch.Generator] = writes(b"g", put_generator)
        _WRITERS[torch.Size] = write_size
        _WRITERS[torch.device] = write_device
        _WRITERS[torch.dtype] = write_dtype
    return _WRITERS


_WRITERS: dict[type, Put] = {}
READERS: dict[bytes, Get] = {
    b"X": read_tensor,
    b"g": read_generator,
    b"x": lambda r: loaded().Size(read_items(r)),
    b"@": read_device,
    b"%": get_dtype,
}
