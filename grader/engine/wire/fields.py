"""The attributes of an object as data."""

import functools
import sys
import types
from typing import Any

from grader.engine.wire.stream import HoldsHandle

OF_MODULE = {"training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set"}
WEIGHTS = ("_flat_weights", "_flat_weight_refs")  # a recurrent layer's second list of parameters


def is_module(cls: type) -> bool:
    """Whether a class is a layer or a network of PyTorch, or derived from one."""
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(cls, torch.nn.Module)


def is_data(cls: type, name: object) -> bool:
    """Whether an object of `cls` may have an attribute of its own of that name.

    It may not hide a method or a property of the class, and no `__name__` at all.
    """
    if type(name) is not str or (name.startswith("__") and name.endswith("__")):
        return False
    for base in cls.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            is_slot = isinstance(found, types.MemberDescriptorType)
            return is_slot or not (isinstance(found, type) or hasattr(type(found), "__get__"))
    return True


def fields_of(value: Any) -> dict[str, Any]:
    """The attributes of an object, from its `__dict__` and its slots."""
    cls = type(value)
    fields = dict(object.__getattribute__(value, "__dict__")) if cls.__dictoffset__ else {}
    for base in cls.__mro__:
        for name, found in base.__dict__.items():
            if isinstance(found, functools.cached_property):
                fields.pop(found.attrname, None)  # can be had again
            elif isinstance(found, types.MemberDescriptorType) and base.__module__ != "builtins":
                try:
                    fields[name] = found.__get__(value)
                except AttributeError:  # the slot is empty
                    continue
    return _of_module(fields) if is_module(cls) else fields


def _of_module(fields: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a module that are its own; raises `HoldsHandle` where it has hooks."""
    empty = vars(sys.modules["torch"].nn.Module())
    machinery = empty.keys() - OF_MODULE
    if any(fields.get(name) != empty[name] for name in machinery):
        raise HoldsHandle("a module with hooks")
    return {name: fields[name] for name in fields if name not in machinery and name not in WEIGHTS}


def set_fields(value: Any, fields: dict[str, Any]) -> None:
    """Give an object its attributes, without the methods of its class."""
    for name, field in fields.items():
        object.__setattr__(value, name, field)
