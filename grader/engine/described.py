"""How the student's side describes to the examiner what does not travel by value."""

import contextlib
import inspect
import sys
from types import BuiltinFunctionType, FunctionType, MethodType, MethodWrapperType
from typing import Any

from grader.engine import torch_state
from grader.engine.cells import line_in, stack

FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, MethodWrapperType)


def kind_of(thing: Any) -> str:
    """How a thing that is lent is treated by the examiner."""
    if isinstance(thing, type):
        return "class"
    if torch_state.is_module(thing):
        return "module"
    if isinstance(thing, FUNCTIONS):
        return "function"
    return "iterator" if hasattr(type(thing), "__next__") else "object"


def describe(thing: Any, kind: str) -> dict[str, Any]:
    """What the stand-in of a thing shows without asking."""
    cls = thing if kind == "class" else type(thing)
    info: dict[str, Any] = {
        "name": str(getattr(thing, "__name__", cls.__name__)),
        "doc": _text(getattr(thing, "__doc__", None)),
    }
    if kind != "module" and callable(thing):
        info["signature"] = _signature(thing)
    if kind != "function":
        own = [base for base in cls.__mro__ if base.__module__ == "__main__"]
        info |= {
            "class": cls.__name__,
            "dunders": special_methods(cls),
            "bases": [base.__name__ for base in cls.__mro__],
            "own": [name for base in own for name in vars(base)],
            "is_dataclass": hasattr(cls, "__dataclass_fields__"),
        }
    return info


def special_methods(cls: type) -> list[str]:
    """Names of the special methods of a class, without underscores."""
    names = {name[2:-2] for base in cls.__mro__ for name in vars(base) if name.startswith("__")}
    return sorted(name for name in names if callable(getattr(cls, f"__{name}__", None)))


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _signature(thing: Any) -> list[tuple] | None:
    """Name, kind, default (a 1-tuple, or ()) and annotation of each parameter; then `return`."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    rows = [
        (p.name, int(p.kind), _default(p.default), _name(p.annotation))
        for p in signature.parameters.values()
    ]
    return [*rows, ("return", -1, (), _name(signature.return_annotation))]


def _default(value: Any) -> tuple:
    return () if value is inspect.Parameter.empty else (_plain(value),)


def _name(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _plain(value: Any) -> Any:
    return value if type(value) in (bool, int, float, str, bytes, type(None)) else repr(value)


def raised(error: BaseException, in_records: bool = False) -> dict[str, Any]:
    """An exception as data."""
    frames = error.__traceback__
    cell = ""
    while frames is not None:
        name = frames.tb_frame.f_code.co_filename
        cell = name if name.startswith("<cell ") else cell
        frames = frames.tb_next
    if isinstance(error, SyntaxError) and not cell:
        cell = str(error.filename)
    return {
        "given": error if in_records else None,
        "thrown": getattr(error, "thrown", None),
        "names": [f"{cls.__module__}.{cls.__qualname__}" for cls in type(error).__mro__],
        "args": [_plain(arg) for arg in error.args[:10]],
        "text": message(error),
        "stack": stack(error),
        "cell": cell,
        "line": line_in(error, cell),
    }


def message(error: BaseException) -> str:
    """What an exception says, where it can."""
    try:
        return str(error)[:20_000]
    except Exception:
        return ""


def exception(data: dict[str, Any]) -> BaseException:
    """The examiner's exception, as far as this side knows its class."""
    error: BaseException = RuntimeError(data["text"])
    for name in reversed(data["names"]):
        cls = getattr(sys.modules.get(name.rpartition(".")[0]), name.rpartition(".")[2], None)
        if isinstance(cls, type) and issubclass(cls, BaseException):
            with contextlib.suppress(Exception):
                error = cls(*data["args"])
    error.thrown = data["thrown"]  # type: ignore[attr-defined]  # by which the examiner knows it
    return error
