"""PyTorch's layers on the wire, and objects of registered classes derived from them."""

import collections
import sys
from typing import Any

from grader.engine.wire.fields import OF_MODULE, WEIGHTS, fields_of, is_module
from grader.engine.wire.names import find, is_layer, key_of
from grader.engine.wire.objects import by_value, new_object, put_fields, read_fields
from grader.engine.wire.stream import Reader, WireError, Writer


def write_module(w: Writer, value: Any) -> None:
    """A module by value; by handle where it has hooks, or parts that cannot go by value."""
    by_value(w, value, _put_module)


def _put_module(w: Writer, value: Any) -> None:
    cls = type(value)
    key = key_of(cls, w.codec.records)
    if w.again(value):
        return
    w.raw(b"M")
    w.text(key or f"{cls.__module__}:{cls.__name__}")
    put_fields(w, value, fields_of(value))


def read_module(r: Reader) -> Any:
    key = r.text()
    cls: Any = r.codec.records.get(key) or find(*key.split(":"))
    if not isinstance(cls, type) or not is_module(cls):
        raise WireError(f"no module: {key[:60]!r}")
    if cls is not r.codec.records.get(key) and not is_layer(cls):
        raise WireError(f"{key[:60]!r} is not a layer of PyTorch")
    r.charge(6000)
    value = new_object(cls)
    r.register(value)
    r.sealed += 1
    fields = read_fields(r, cls)
    r.sealed -= 1
    _check_module(fields, value)
    value.__dict__.update(fields)
    if isinstance(value, sys.modules["torch"].nn.RNNBase):
        _list_weights(value)
    return value


def _list_weights(layer: Any) -> None:
    """Make a recurrent layer's second list of its parameters."""
    names = layer.__dict__.get("_flat_weights_names")
    if type(names) is not list or len(names) > 1000 or {*map(type, names)} - {str}:
        raise WireError("a recurrent layer without the names of its weights")
    layer._flat_weights = []
    layer._init_flat_weights()


def _check_module(fields: dict[str, Any], empty: Any) -> None:
    """Raise where a module's tables hold what they cannot, or a name is not the module's own."""
    torch = sys.modules["torch"]
    kinds = {
        "_parameters": torch.nn.Parameter,
        "_buffers": torch.Tensor,
        "_modules": torch.nn.Module,
    }
    reserved = set(vars(empty)) - OF_MODULE | set(WEIGHTS) | {"_compiled_call_impl", "_version"}
    if taken := reserved & set(fields):
        raise WireError(f"a module with {', '.join(sorted(taken))}")
    for name, kind in kinds.items():
        table: Any = fields.get(name)
        if type(table) not in (dict, collections.OrderedDict):
            raise WireError(f"a module whose {name} is no dict")
        if not all(type(k) is str and (v is None or isinstance(v, kind)) for k, v in table.items()):
            raise WireError(f"a module whose {name} hold something else")


READERS = {b"M": read_module}
