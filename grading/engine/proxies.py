"""Stand-ins: what a check sees in the place of the functions, classes and objects of a student.

A stand-in asks the student's process and gets data back. Special methods are there only where
they yield data (iterating, indexing, calling ...), or where the *source's* class of that name
defines them: an object of a student's own making is equal to nothing and compares with nothing.
Modules of torch are held twice: the examiner's copy has real parameters, which an optimizer may
step and a gradient may reach.
"""

import builtins
import inspect
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from grading.engine.torch_state import plain_attributes, torch
from grading.engine.wire import Handle

if TYPE_CHECKING:
    from grading.engine.pupil import Pupil

READING = (
    *("call", "delitem", "enter", "exit", "float", "format", "getitem", "index", "int", "iter"),
    *("len", "next", "setitem"),
)
COMPARING = ("eq", "ne", "lt", "le", "gt", "ge")
REFLECTED = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")


class RemoteType(type):
    """The class of stand-ins for classes: calling one constructs on the student's side."""

    _pupil: "Pupil | None" = None
    _module = False

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls._pupil is None:
            return super().__call__(*args, **kwargs)
        return cls._pupil.use("call", cls, *args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        if cls._pupil is None or _is_special(name):
            raise AttributeError(name)
        return cls._pupil.use("getattr", cls, name)


class Remote(metaclass=RemoteType):
    """Stands for an object of the student."""

    def __getattr__(self, name: str) -> Any:
        if _is_special(name):
            raise AttributeError(name)
        return _pupil(self).use("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _pupil(self).use("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        _pupil(self).use("delattr", self, name)

    def __repr__(self) -> str:
        return str(_pupil(self).use("repr", self))

    def __str__(self) -> str:
        return str(_pupil(self).use("str", self))

    def __dir__(self) -> list[str]:
        return _pupil(self).use("dir", self)

    def __copy__(self) -> Any:
        return _pupil(self).use("copy", self)

    def __deepcopy__(self, memo: object) -> Any:
        return _pupil(self).use("deepcopy", self)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _pupil(thing: Any) -> "Pupil":
    return object.__getattribute__(thing, "__dict__")["_pupil"]


def is_stand_in(thing: Any) -> bool:
    """Whether `thing` stands for something of a student."""
    if isinstance(thing, FunctionType):
        return thing.__dict__.get("__student__", False) is True
    return isinstance(thing, RemoteType) or isinstance(type(thing), RemoteType)


def stand_in(pupil: "Pupil", handle: Handle) -> Any:
    """The stand-in for what `handle` names."""
    info = handle.info
    if handle.kind == "function":
        return _function(pupil, handle)
    if handle.kind == "class":
        return _class(pupil, info)
    number, of = info.get("of", (None, info))
    cls = _class(pupil, of) if number is None else pupil.held(number, "class", of)
    if handle.kind == "module" and torch() is not None:
        return _module(pupil, cls, info)
    thing = object.__new__(cls if issubclass(cls, Remote) else Remote)
    vars(thing).update({"_pupil": pupil, "__name__": str(info["name"]), "__doc__": info["doc"]})
    return thing


def _function(pupil: "Pupil", handle: Handle) -> FunctionType:
    """A real function, so that `inspect` takes it for one."""
    info = handle.info

    def function(*args: Any, **kwargs: Any) -> Any:
        return pupil.use("call", function, *args, **kwargs)

    function.__name__ = function.__qualname__ = str(info["name"])
    function.__doc__ = info["doc"]
    function.__module__ = "__main__"
    function.__dict__["__student__"] = True
    _sign(function, info.get("signature"))
    return function


def _sign(thing: Any, rows: Any) -> None:
    """Give a stand-in the signature that the student's function has."""
    if not rows:
        return
    *rows, last = rows
    empty = inspect.Parameter.empty
    thing.__signature__ = inspect.Signature([
        inspect.Parameter(
            str(name), inspect._ParameterKind(kind),
            default=default[0] if default else empty, annotation=_type(annotation, empty),
        )
        for name, kind, default, annotation in rows
    ], return_annotation=_type(last[3], inspect.Signature.empty))  # fmt: skip
    if isinstance(thing, FunctionType):
        by_name = inspect._ParameterKind.KEYWORD_ONLY
        thing.__annotations__ = {r[0]: _type(r[3], None) for r in [*rows, last] if r[3]}
        thing.__defaults__ = tuple(r[2][0] for r in rows if r[2] and r[1] != by_name) or None
        thing.__kwdefaults__ = {r[0]: r[2][0] for r in rows if r[2] and r[1] == by_name} or None


def _type(name: str, nothing: Any) -> Any:
    """The built-in type of that name, else the name itself."""
    found = getattr(builtins, str(name), name)
    return (found if isinstance(found, type) else str(name)) if name else nothing


def _class(pupil: "Pupil", info: dict[str, Any]) -> type:
    """A class with the special methods that its stand-ins may have."""
    name = str(info["class"])
    if "BaseException" in info["bases"]:
        return exception_class(pupil, name, info["bases"]) or Exception
    allowed = {*READING, *pupil.classes.get(name, ())} & {str(d) for d in info["dunders"]}
    methods: dict[str, Any] = {f"__{d}__": _method(d) for d in allowed}
    is_module = "Module" in info["bases"] and torch() is not None
    bases = (_module_base(),) if is_module else (Remote,)
    methods = {"__module__": "__main__", "__doc__": info["doc"]} | ({} if is_module else methods)
    given = [pupil.records[base] for base in info["bases"][1:] if base in pupil.records]
    if given:
        methods |= {n: _asked(n) for n in info["own"] if not _is_special(n) and n != "forward"}
    try:
        cls = RemoteType(name, (*bases, *given[:1]), methods)
    except TypeError:  # a given class that nothing else can be mixed with
        cls = RemoteType(name, bases, methods)
    if "__eq__" in methods and "__hash__" not in methods:
        cls.__hash__ = None  # type: ignore[assignment]
    if info["is_dataclass"] and name in pupil.classes:
        cls.__dataclass_fields__ = {}  # so that it is known as one
    cls._pupil = pupil
    _sign(cls, info.get("signature"))
    return cls


def _asked(name: str) -> property:
    """An attribute of the student's class in the place of one that a given class defines."""
    return property(lambda self: _pupil(self).use("getattr", self, name))


def exception_class(pupil: "Pupil", name: str, bases: Any = ()) -> type[BaseException] | None:
    """The class of an exception that the student's cells define; made from its bases if new."""
    known = pupil.exceptions.get(name)
    if known is None and bases:
        parents = (pupil._exception_class(f"builtins.{base}") for base in bases)
        parent = next(filter(None, parents), Exception)
        known = pupil.exceptions[name] = type(name, (parent,), {"__module__": "__main__"})
    return known


def _method(name: str) -> Any:
    """The special method `__name__` of a stand-in."""
    if name in COMPARING:

        def method(self: Any, other: Any) -> Any:
            return _pupil(self).use(name, self, other) if is_stand_in(other) else NotImplemented
    elif name.startswith("r") and name[1:] in REFLECTED:

        def method(self: Any, other: Any) -> Any:
            return _pupil(self).use(name[1:], other, self)
    elif name == "exit":

        def method(self: Any, kind: Any, error: Any, trace: Any) -> Any:
            return _pupil(self).use("exit", self, error)
    else:

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return _pupil(self).use(name, self, *args, **kwargs)

    return method  # fmt: skip


# Modules of torch


def _module_base() -> type:
    """The class of the examiner's copies of a student's modules, made where torch is loaded."""
    found = globals().get("RemoteModule")
    if found is not None:
        return found

    class RemoteModule(torch().nn.Module, metaclass=RemoteType):  # type: ignore[misc, name-defined]
        """The examiner's copy of a module that a student's class defines."""

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return _pupil(self).use("call", self, *args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if _is_special(name) or "_pupil" not in vars(self):
                    raise
            return _pupil(self).use("getattr", self, name)

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if "_pupil" in vars(self) and name != "training" and not _is_tensor_or_module(value):
                _pupil(self).use("setattr", self, name, value)

        def __deepcopy__(self, memo: object) -> Any:
            return _pupil(self).use("deepcopy", self)

    globals()["RemoteModule"] = RemoteModule
    return RemoteModule


def _is_tensor_or_module(value: Any) -> bool:
    return isinstance(value, torch().Tensor | torch().nn.Module)


def _module(pupil: "Pupil", cls: type, info: dict[str, Any]) -> Any:
    if not issubclass(cls, torch().nn.Module):
        cls = _module_base()
    module = cls.__new__(cls)
    torch().nn.Module.__init__(module)
    refresh(pupil, module, info)
    vars(module)["_pupil"] = pupil
    return module


def refresh(pupil: "Pupil", module: Any, info: dict[str, Any]) -> None:
    """Make the examiner's copy of a module equal to what the student's side says it holds."""
    vars(module)["training"] = bool(info["training"])
    vars(module).update({
        name: value for name, value in info["plain"].items()
        if type(name) is str and not name.startswith("_") and not hasattr(type(module), name)
    })  # fmt: skip
    for name, value in info["parameters"].items():
        _put(module._parameters, name, value, torch().nn.Parameter)
    for name, value in info["buffers"].items():
        _put(module._buffers, name, value, torch().Tensor)
    for name, child in info["children"].items():
        module._modules[str(name)] = _child(pupil, module._modules.get(name), child)


def _put(held: dict[str, Any], name: str, value: Any, kind: type) -> None:
    """Put a tensor into the examiner's copy: the one that is there keeps its identity."""
    if value is not None and not isinstance(value, torch().Tensor):
        raise TypeError(f"{name} is no tensor")
    mine = held.get(name)
    if mine is None or value is None or mine.shape != value.shape or mine.dtype != value.dtype:
        is_plain = value is None or isinstance(value, kind)
        held[str(name)] = value if is_plain else kind(value, value.requires_grad)
    else:
        mine.data.copy_(value.detach())
        mine.grad = value.grad
        mine.requires_grad_(value.requires_grad)


def _child(pupil: "Pupil", mine: Any, info: dict[str, Any] | None) -> Any:
    """The examiner's copy of a module inside another."""
    if info is None:
        return None
    if "number" in info:
        return pupil.held(info["number"], "module", info["info"])
    file, _, name = str(info["library"]).partition(":")
    cls = getattr(sys.modules.get(file), name, None) if file.startswith("torch.nn.") else None
    if not (isinstance(cls, type) and issubclass(cls, torch().nn.Module)):
        raise TypeError(f"{info['library']} is no module of torch")
    if type(mine) is not cls:
        mine = cls.__new__(cls)
        torch().nn.Module.__init__(mine)
    refresh(pupil, mine, info)
    return mine


def pushed(given: Any, pupil: "Pupil") -> dict[int, Any]:
    """What the examiner's copies hold of the modules among the arguments of a call."""
    found = {}
    for module in _modules_in(given):
        number = pupil.numbers.get(id(module))
        if number is not None:
            found[number] = {
                "training": {name: m.training for name, m in module.named_modules()},
                "parameters": {
                    name: (p.data, p.grad, p.requires_grad) for name, p in module.named_parameters()
                },
                "buffers": dict(module.named_buffers()),
                "plain": {name: plain_attributes(m) for name, m in module.named_modules()},
            }
    return found


def _modules_in(given: Any) -> Iterator[Any]:
    if torch() is None:
        return
    parts = [given]
    while parts:
        part = parts.pop()
        if type(part) in (tuple, list):
            parts += part
        elif type(part) is dict:
            parts += part.values()
        elif isinstance(part, torch().nn.Module):
            yield part


def is_optimizer(thing: Any) -> bool:
    """Whether `thing` is an optimizer of torch, which a student's code may step."""
    return torch() is not None and isinstance(thing, torch().optim.Optimizer)
