"""The one form in which data crosses between a student's process and the examiner.

A message is msgpack. What msgpack has no word for is a map of one entry: a tag and its parts. The
receiver makes objects of listed types only, from parts whose types and sizes it has looked at; it
runs no code of the sender's, and the only error is `CodecError`. What arrives is a copy.

What is no data (a function, a generator, an object of a student's own class) arrives as `Unsent`.
"""

import builtins
import dataclasses
import math
import random
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import msgpack
import numpy as np

DEEPEST = 100  # containers in each other
LONGEST = 20_000  # characters of an error's text
LONGEST_NAME = 200
LARGEST_ITEM = 1 << 20  # bytes of one element of an array
ATOMS = (type(None), bool, float, str, bytes)
DTYPE = re.compile(r"[<>|=][biufcSU]\d{1,7}|[<>|=][mM]8(\[\d{0,9}[a-zA-Z]{1,2}\])?")
TENSORS = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"),
    *("float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128"),
)
SCALARS = {cls for cls in np.sctypeDict.values() if cls is not np.object_ and cls is not np.void}
DICTS: dict[str, type] = {
    "dict": dict,
    "Counter": Counter,
    "OrderedDict": OrderedDict,
    "defaultdict": defaultdict,
}
NUMBERS: dict[str, type] = {"Fraction": Fraction, "Decimal": Decimal}
TYPES = {f"builtins.{name}": c for name, c in vars(builtins).items() if isinstance(c, type)}
NUMPY: list[Any] = [np.ndarray, *SCALARS]
TYPES |= {f"numpy.{cls.__name__}": cls for cls in NUMPY}
TYPE_NAMES = {cls: name for name, cls in TYPES.items()}


class CodecError(Exception):
    """A value that cannot be sent, or a message that nobody can have sent."""


class Unsent:
    """Stands for something that is no data: equal to nothing, and good for nothing else."""

    label = "it"
    text = ""  # what it says of itself

    def _refuse(self, *args: object, **kwargs: object) -> Any:
        raise TypeError(self._text())

    def _text(self) -> str:
        kind = type(self).__name__
        return f"{self.label} is of the type {kind}: not a number, a text, a container or an array"

    __iter__ = __len__ = __bool__ = __getitem__ = __call__ = __contains__ = __float__ = _refuse
    __int__ = __index__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = _refuse
    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = _refuse
    __matmul__ = __rmatmul__ = __pow__ = __abs__ = __round__ = __array__ = _refuse
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self._text()}; it has no {name!r} here")

    def __repr__(self) -> str:
        return self.text or f"<{type(self).__name__}>"


def torch() -> Any:
    """PyTorch, where something has imported it."""
    return sys.modules.get("torch")


class Codec:
    """One end of the wire. `records` are the classes whose objects go by value, by name.

    `strict`: what is no data cannot be sent, instead of arriving as `Unsent`.
    """

    def __init__(self, records: Mapping[str, type], strict: bool) -> None:
        self.records, self.strict = records, strict

    # Sending

    def encode(self, value: object) -> bytes:
        """The message that stands for `value`; raises CodecError."""
        try:
            plain = self.plain(value)
            return msgpack.packb(plain, strict_types=True, unicode_errors="surrogatepass")
        except CodecError:
            raise
        except Exception as error:
            raise CodecError(f"{type(error).__name__}: {error}") from None

    def plain(self, value: Any, depth: int = 0) -> Any:
        """The value in the words of msgpack."""
        cls = type(value)
        if cls in ATOMS:
            return value
        if cls is int:
            return value if -(1 << 63) <= value < 1 << 64 else {"int": f"{value:x}"}
        if depth > DEEPEST:
            return self.unsent("container without an end", "")
        for write in WRITERS:
            found = getattr(self, write)(value, cls, depth + 1)
            if found is not None:
                return found
        return self.unsent(getattr(cls, "__name__", "object"), value)

    def unsent(self, kind: object, value: object) -> dict[str, list[str]]:
        """What stands for something that is no data."""
        if self.strict:
            raise CodecError(f"of the type {kind}")
        try:
            text = repr(value)[:LONGEST_NAME]
        except Exception:
            text = ""
        return {"unsent": [str(kind)[:60], text]}

    def all(self, values: Any, depth: int) -> list[Any]:
        """Several values in the words of msgpack."""
        return [v if type(v) in ATOMS else self.plain(v, depth) for v in values]

    def _container(self, value: Any, cls: type, depth: int) -> Any:
        if cls is list:
            return self.all(value, depth)
        if cls in (tuple, set, frozenset):
            return {cls.__name__: self.all(value, depth)}
        if DICTS.get(cls.__name__) is cls:
            flat = [part for item in value.items() for part in item]
            return {"dict": [cls.__name__, *self.all(flat, depth)]}
        if cls is deque:
            return {"deque": [value.maxlen, *self.all(value, depth)]}
        if cls in (range, slice):
            return {cls.__name__: self.all((value.start, value.stop, value.step), depth)}
        return None

    def _number(self, value: Any, cls: type, depth: int) -> Any:
        if cls is np.ndarray and value.dtype.kind == "O":
            return {"objects": [list(value.shape), self.all(value.ravel().tolist(), depth)]}
        if (cls is np.ndarray or cls in SCALARS) and DTYPE.fullmatch(value.dtype.str):
            data = np.ascontiguousarray(value).tobytes()
            return {"array": [value.dtype.str, list(value.shape), data, cls is np.ndarray]}
        if cls is complex:
            return {"complex": [value.real, value.imag]}
        if cls in NUMBERS.values():
            return {"number": [cls.__name__, str(value)]}
        if cls is bytearray:
            return {"bytearray": bytes(value)}
        if isinstance(value, np.dtype) and DTYPE.fullmatch(value.str):
            return {"dtype": value.str}
        if value is Ellipsis:
            return {"ellipsis": None}
        return None

    def _tensor(self, value: Any, cls: type, depth: int) -> Any:
        if torch() is None or not cls.__module__.startswith("torch"):
            return None
        if cls in (torch().Tensor, torch().nn.Parameter):
            name, data = str(value.dtype).removeprefix("torch."), value.detach()
            is_plain = data.layout == torch().strided and data.device.type == "cpu"
            if name not in TENSORS or not is_plain:
                return self.unsent(f"{data.layout} tensor of {name}", value)
            flat = data.resolve_conj().resolve_neg().contiguous().reshape(-1).view(torch().uint8)
            flags = [cls is torch().nn.Parameter, value.requires_grad]
            grad = self.plain(value.grad, depth) if value.is_leaf else None
            return {"tensor": [name, list(data.shape), flat.numpy().tobytes(), *flags, grad]}
        if cls is torch().Size:
            return {"size": list(value)}
        if cls in (torch().dtype, torch().device):
            return {cls.__name__: str(value)}
        return None

    def _generator(self, value: Any, cls: type, depth: int) -> Any:
        """A random generator, by its state."""
        if cls is random.Random:
            return {"generator": ["Random", self.plain(value.getstate(), depth)]}
        if cls is np.random.Generator:
            return {"generator": ["Generator", self.plain(value.bit_generator.state, depth)]}
        if cls is np.random.RandomState:
            return {"generator": ["RandomState", self.plain(value.get_state(legacy=False), depth)]}
        if torch() is not None and cls is torch().Generator:
            return {"generator": ["torch", self.plain(value.get_state(), depth)]}
        return None

    def _record(self, value: Any, cls: type, depth: int) -> Any:
        if isinstance(value, type):
            name = TYPE_NAMES.get(value) or self._name(value)
            return {"type": name} if name else None
        name = self._name(cls)
        if not name or isinstance(value, BaseException):
            return None
        if isinstance(value, Enum):
            return {"enum": [name, self.plain(value.value, depth)]}
        if issubclass(cls, tuple):
            return {"record": [name, *self.all(tuple(value), depth)]}
        fields = vars(value) if hasattr(value, "__dict__") else {}
        if dataclasses.is_dataclass(cls):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(cls)}
        elif not all(base is object or self._name(base) for base in cls.__mro__):
            return None
        flat = [part for item in fields.items() for part in item]
        return {"record": [name, *self.all(flat, depth)]}

    def _name(self, cls: type) -> str:
        """The name under which the other side knows a class; "" for others."""
        name = getattr(cls, "__qualname__", "")
        module = getattr(cls, "__module__", "")
        for full in (name, f"{module}:{name}"):
            if self.records.get(full) is cls:
                return full
        return ""

    def _error(self, value: Any, cls: type, depth: int) -> Any:
        if not isinstance(value, BaseException):
            return None
        names = [f"{base.__module__}:{base.__qualname__}" for base in cls.__mro__]
        args = self.all(value.args[:10], depth)
        fields = {k: v for k, v in vars(value).items() if k != "__notes__"}
        flat = [part for item in fields.items() for part in item] if self._name(cls) else []
        return {"error": [names, args, text_of(value), *self.all(flat, depth)]}

    # Receiving

    def decode(self, data: bytes) -> Any:
        """The value that a message stands for; raises CodecError."""
        try:
            return msgpack.unpackb(
                data,
                object_pairs_hook=self._built,
                ext_hook=_no_extension,
                strict_map_key=False,
                timestamp=1,
                unicode_errors="surrogatepass",
            )
        except MemoryError:
            raise
        except Exception as error:  # a constructor that met what it does not take
            # The text of the error may be made of what was sent, and without end.
            raise CodecError(f"no message: {type(error).__name__}") from None

    def _built(self, pairs: list[tuple[Any, Any]]) -> Any:
        ((tag, parts),) = pairs
        return getattr(self, f"_as_{READERS[tag]}")(tag, parts)

    def _as_unsent(self, tag: str, parts: Any) -> Unsent:
        kind, text = (_of(str, part)[:LONGEST_NAME] for part in parts)
        name = "".join(c for c in kind if c.isalnum() or c in "_. ") or "object"
        return type(name, (Unsent,), {"text": text})()

    def _as_text(self, tag: str, text: Any) -> Any:
        """What is sent as one text."""
        text = _of(str, text)
        if tag == "int":
            return int(text, 16)
        if tag == "type":
            return TYPES.get(text) or self.records[text]
        if tag == "dtype" and text.startswith("torch."):
            return _tensor_type(text.removeprefix("torch."))
        if tag == "dtype":
            return _array_type(text)
        if text.partition(":")[0] not in ("cpu", "cuda", "mps", "meta"):
            raise CodecError("no device")
        return torch().device(text)

    def _as_container(self, tag: str, parts: Any) -> Any:
        parts = _of(list, parts)
        if tag == "dict":
            items = dict(zip(parts[1::2], parts[2::2], strict=True))
            made: Any = DICTS[parts[0]]()
            made.update(items)  # of a Counter: into an empty one
            return made
        if tag == "deque":
            return deque(parts[1:], parts[0])
        if tag == "range":
            return range(*(_of(int, part) for part in parts))
        return CONTAINERS[tag](*parts) if tag == "slice" else CONTAINERS[tag](parts)

    def _as_number(self, tag: str, parts: Any) -> Any:
        if tag == "ellipsis":
            return Ellipsis
        if tag == "bytearray":
            return bytearray(_of(bytes, parts))
        if tag == "complex":
            return complex(*(_of(float, part) for part in parts))
        name, text = parts
        return NUMBERS[name](_of(str, text)[:10_000])

    def _as_array(self, tag: str, parts: Any) -> Any:
        if tag == "objects":
            shape, items = parts
            array: Any = np.empty(len(_of(list, items)), object)
            for i, item in enumerate(items):  # one by one: NumPy would look into lists
                array[i] = item
            return array.reshape(_shape(shape, len(items)))
        name, shape, data, whole = parts
        dtype = _array_type(name)
        if dtype.itemsize == 0:
            raise CodecError("elements without a size")
        array = np.frombuffer(_of(bytes, data), dtype).reshape(_shape(shape)).copy()
        if dtype.kind == "b":
            array = array.view(np.uint8) != 0
        if dtype.kind == "U" and array.size:
            codes = array.reshape(-1).view(dtype.byteorder.replace("|", "=") + "u4")
            if codes.max() > sys.maxunicode:
                raise CodecError("a letter beyond U+10FFFF")
        return array if whole else array[()]

    def _as_tensor(self, tag: str, parts: Any) -> Any:
        if tag == "size":
            return torch().Size([_of(int, part) for part in parts])
        name, shape, data, is_parameter, needs_grad, grad = parts
        dtype = _tensor_type(name)
        raw = bytearray(_of(bytes, data))
        if dtype == torch().bool:
            raw = bytearray(map(bool, raw))
        flat = torch().frombuffer(raw, dtype=dtype) if raw else torch().empty(0, dtype=dtype)
        value = flat.reshape(_shape(shape, len(flat)))
        if is_parameter is True:
            value = torch().nn.Parameter(value, needs_grad is True)
        elif needs_grad is True:
            value.requires_grad_()
        if grad is not None:
            value.grad = grad  # PyTorch compares type and shape
        return value

    def _as_generator(self, tag: str, parts: Any) -> Any:
        kind, state = parts
        if kind == "Random":
            made: Any = random.Random()
            made.setstate(_of(tuple, state))
        elif kind == "Generator":
            bits = {"PCG64": np.random.PCG64, "MT19937": np.random.MT19937}[state["bit_generator"]]
            made = np.random.Generator(bits())
            made.bit_generator.state = _of(dict, state)
        elif kind == "RandomState":
            made = np.random.RandomState()
            made.set_state(_of(dict, state))
        else:
            made = torch().Generator()
            made.set_state(state)
        return made

    def _as_record(self, tag: str, parts: Any) -> Any:
        name, *values = _of(list, parts)
        cls: Any = self.records[_of(str, name)]
        if tag == "enum":
            (member,) = values
            return cls(member)
        if issubclass(cls, tuple):
            if len(values) != len(cls._fields):
                raise CodecError("another number of fields")
            return tuple.__new__(cls, values)
        fields = _fields(values)
        if dataclasses.is_dataclass(cls) and [*fields] != [f.name for f in dataclasses.fields(cls)]:
            raise CodecError("other fields")
        return _with(object.__new__(cls), fields)

    def _as_error(self, tag: str, parts: Any) -> Any:
        names, args, text, *values = _of(list, parts)
        names, args = [_of(str, name) for name in _of(list, names)], _of(list, args)
        text = _of(str, text)[:LONGEST]
        if not 0 < len(names) < 100 or len(args) > 10:
            raise CodecError("no exception")
        known: Any = next(filter(None, map(self._error_class, names)))
        name = re.sub(r"\W", "", names[0].rpartition(":")[2].rpartition(".")[2])[:100]
        fields = _fields(values) if self._error_class(names[0]) else {}
        error = _with(known.__new__(known), fields)
        error.args = tuple(args)
        if known.__name__ != name or _says(error) != text:
            own = {"__str__": lambda error: text, "__module__": known.__module__}
            cls: Any = type(name or "Error", (known,), own)
            error = _with(cls.__new__(cls), fields)
            error.args = tuple(args)
        return error

    def _error_class(self, name: str) -> type[BaseException] | None:
        module, _, short = name.rpartition(":")
        found = self.records.get(short if module == "__main__" else name)
        if found is None and module.split(".")[0] in (*sys.stdlib_module_names, "numpy", "torch"):
            found = vars(sys.modules.get(module, builtins)).get(short)
        return found if isinstance(found, type) and issubclass(found, BaseException) else None


CONTAINERS: dict[str, Callable] = {"tuple": tuple, "set": set, "frozenset": frozenset}
CONTAINERS["slice"] = slice
READERS = {
    **dict.fromkeys(("int", "type", "dtype", "device"), "text"),
    **dict.fromkeys(("dict", "deque", "range", *CONTAINERS), "container"),
    **dict.fromkeys(("ellipsis", "bytearray", "complex", "number"), "number"),
    **dict.fromkeys(("array", "objects"), "array"),
    **dict.fromkeys(("tensor", "size"), "tensor"),
    **dict.fromkeys(("record", "enum"), "record"),
    "error": "error",
    "unsent": "unsent",
    "generator": "generator",
}
WRITERS = ("_container", "_number", "_tensor", "_generator", "_record", "_error")


def text_of(error: BaseException) -> str:
    """What an exception says, where it can."""
    try:
        return str(error)[:LONGEST]
    except Exception:
        return ""


def _no_extension(code: int, data: bytes) -> Any:
    raise CodecError("an extension of msgpack")


def _of(cls: type, value: Any) -> Any:
    """The value, which is of just this class."""
    if type(value) is not cls:
        raise CodecError(f"no {cls.__name__}")
    return value


def _shape(lengths: Any, size: int | None = None) -> tuple[int, ...]:
    shape = tuple(_of(int, length) for length in _of(list, lengths))
    if any(length < 0 for length in shape) or (size is not None and math.prod(shape) != size):
        raise CodecError("another number of elements")
    return shape


def _array_type(text: str) -> np.dtype:
    if not DTYPE.fullmatch(_of(str, text)):
        raise CodecError("no dtype")
    dtype = np.dtype(text)
    if dtype.itemsize > LARGEST_ITEM:
        raise CodecError("a large element")
    return dtype


def _tensor_type(name: str) -> Any:
    if name not in TENSORS:
        raise CodecError("no dtype of a tensor")
    return getattr(torch(), name)


def _fields(flat: list[Any]) -> dict[str, Any]:
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    if any(type(name) is not str or name.startswith("__") for name in fields):
        raise CodecError("no name of a field")
    return fields


def _with(thing: Any, fields: dict[str, Any]) -> Any:
    for name, value in fields.items():
        object.__setattr__(thing, name, value)
    return thing


def _says(error: BaseException) -> str | None:
    """What an exception says that was made without its `__init__`; None: it cannot."""
    try:
        return str(error)
    except Exception:
        return None
