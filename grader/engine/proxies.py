"""Stand-ins: what a check sees in the place of the functions, classes and objects of a student.

A stand-in asks the student's process and gets data back. Special methods are there only where
they yield data (iterating, indexing, calling ...), or where the *source's* class of that name
defines them: an object of a student's own making is equal to nothing and compares with nothing.
What stands for a module of torch is made in modules.py.
"""

import builtins
import inspect
from types import FunctionType
from typing import TYPE_CHECKING, Any

from grader.engine import modules
from grader.engine.torch_state import torch
from grader.engine.wire import Handle

if TYPE_CHECKING:
    from grader.engine.pupil import Pupil

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
        if cls._pupil is None or is_special(name):
            raise AttributeError(name)
        return cls._pupil.use("getattr", cls, name)


class Remote(metaclass=RemoteType):
    """Stands for an object of the student."""

    def __getattr__(self, name: str) -> Any:
        if is_special(name):
            raise AttributeError(name)
        return pupil_of(self).use("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        pupil_of(self).use("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        pupil_of(self).use("delattr", self, name)

    def __repr__(self) -> str:
        return str(pupil_of(self).use("repr", self))

    def __str__(self) -> str:
        return str(pupil_of(self).use("str", self))

    def __dir__(self) -> list[str]:
        return pupil_of(self).use("dir", self)

    def __copy__(self) -> Any:
        return pupil_of(self).use("copy", self)

    def __deepcopy__(self, memo: object) -> Any:
        return pupil_of(self).use("deepcopy", self)


def is_special(name: str) -> bool:
    """Whether a name has two underscores at both ends."""
    return name.startswith("__") and name.endswith("__")


def pupil_of(thing: Any) -> "Pupil":
    """The student's process that a stand-in asks."""
    return object.__getattribute__(thing, "__dict__")["_pupil"]


def is_stand_in(thing: Any) -> bool:
    """Whether `thing` stands for something of a student."""
    if isinstance(thing, FunctionType):
        return thing.__dict__.get("__student__", False) is True
    return isinstance(thing, RemoteType) or isinstance(type(thing), RemoteType)


def stand_in(pupil: "Pupil", handle: Handle) -> Any:
    """The stand-in for what `handle` names."""
    info: Any = handle.info
    if handle.kind == "function":
        return _function(pupil, handle)
    if handle.kind == "class":
        return _class(pupil, info)
    number, of = info.get("of", (None, info))
    cls = _class(pupil, of) if number is None else pupil.held(number, "class", of)
    if handle.kind == "module" and torch() is not None:
        return modules.new_module(pupil, cls, info)
    thing = object.__new__(cls if issubclass(cls, Remote) else Remote)
    vars(thing).update({"_pupil": pupil, "__name__": str(info["name"]), "__doc__": info["doc"]})
    return thing


def _function(pupil: "Pupil", handle: Handle) -> Any:
    """A real function, so that `inspect` takes it for one."""
    info: Any = handle.info

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
    bases = (modules.module_class(),) if is_module else (Remote,)
    methods = {"__module__": "__main__", "__doc__": info["doc"]} | ({} if is_module else methods)
    given = [pupil.records[base] for base in info["bases"][1:] if base in pupil.records]
    if given:
        methods |= {n: _asked(n) for n in info["own"] if not is_special(n) and n != "forward"}
    try:
        cls = RemoteType(name, (*bases, *given[:1]), methods)
    except TypeError:  # a given class that nothing else can be mixed with
        cls = RemoteType(name, bases, methods)
    if "__eq__" in methods and "__hash__" not in methods:
        cls.__hash__ = None  # type: ignore[assignment]
    if info["is_dataclass"] and name in pupil.classes:
        cls.__dataclass_fields__ = {}  # type: ignore[attr-defined]  # so that it is known as one
    cls._pupil = pupil
    _sign(cls, info.get("signature"))
    return cls


def _asked(name: str) -> property:
    """An attribute of the student's class in the place of one that a given class defines."""
    return property(lambda self: pupil_of(self).use("getattr", self, name))


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

    def compare(self: Any, other: Any) -> Any:
        return pupil_of(self).use(name, self, other) if is_stand_in(other) else NotImplemented

    def reflect(self: Any, other: Any) -> Any:
        return pupil_of(self).use(name[1:], other, self)

    def leave(self: Any, kind: Any, error: Any, trace: Any) -> Any:
        return pupil_of(self).use("exit", self, error)

    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        return pupil_of(self).use(name, self, *args, **kwargs)

    if name in COMPARING:
        return compare
    if name.startswith("r") and name[1:] in REFLECTED:
        return reflect
    return leave if name == "exit" else ask
