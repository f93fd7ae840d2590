"""Modules of torch that are held twice, here and on the student's side.

The examiner's copy has real parameters: an optimizer may step them and a gradient may reach them.
Before a call the student's module gets what the copy holds, afterwards the copy what that holds.
"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from grader.engine import proxies
from grader.engine.torch_state import plain_attributes, torch

if TYPE_CHECKING:
    from grader.engine.pupil import Pupil


def module_class() -> Any:
    """The class of the examiner's copies of a student's modules, made where torch is loaded."""
    found = globals().get("RemoteModule")
    if found is not None:
        return found

    class RemoteModule(torch().nn.Module, metaclass=proxies.RemoteType):  # type: ignore[misc, name-defined]
        """The examiner's copy of a module that a student's class defines."""

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            return proxies.pupil_of(self).use("call", self, *args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            try:
                return super().__getattr__(name)
            except AttributeError:
                if proxies.is_special(name) or "_pupil" not in vars(self):
                    raise
            return proxies.pupil_of(self).use("getattr", self, name)

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if "_pupil" in vars(self) and name != "training" and not _is_tensor_or_module(value):
                proxies.pupil_of(self).use("setattr", self, name, value)

        def __deepcopy__(self, memo: object) -> Any:
            return proxies.pupil_of(self).use("deepcopy", self)

    globals()["RemoteModule"] = RemoteModule
    return RemoteModule


def _is_tensor_or_module(value: Any) -> bool:
    return isinstance(value, torch().Tensor | torch().nn.Module)


def new_module(pupil: "Pupil", cls: Any, info: dict[str, Any]) -> Any:
    """The examiner's copy of a module."""
    if not issubclass(cls, torch().nn.Module):
        cls = module_class()
    module = cls.__new__(cls)
    torch().nn.Module.__init__(module)
    refresh(pupil, module, info)
    vars(module)["_pupil"] = pupil
    return module


def refresh(pupil: "Pupil", module: Any, info: dict[str, Any]) -> None:
    """Make the examiner's copy of a module equal to what the student's side says it holds."""
    vars(module)["training"] = bool(info["training"])
    taken = set().union(*map(vars, type(module).__mro__))  # by methods and the like
    vars(module).update({
        name: value for name, value in info["plain"].items()
        if type(name) is str and not name.startswith("_") and name not in taken
    })  # fmt: skip
    for name, value in info["parameters"].items():
        _put(module._parameters, name, value, torch().nn.Parameter)
    for name, value in info["buffers"].items():
        _put(module._buffers, name, value, torch().Tensor)
    for name, child in info["children"].items():
        module._modules[str(name)] = _child(pupil, module._modules.get(name), child)


def _put(held: dict[str, Any], name: str, value: Any, kind: Any) -> None:
    """Put a tensor into the examiner's copy: the one that is there keeps its identity."""
    if value is not None and not isinstance(value, torch().Tensor):
        raise TypeError(f"{name} is no tensor")
    mine = held.get(name)
    if value is None:
        held[str(name)] = None
    elif mine is None or mine.shape != value.shape or mine.dtype != value.dtype:
        held[str(name)] = value if isinstance(value, kind) else kind(value, value.requires_grad)
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
    cls: Any = getattr(sys.modules.get(file), name, None) if file.startswith("torch.nn.") else None
    if not (isinstance(cls, type) and issubclass(cls, torch().nn.Module)):
        raise TypeError(f"{info['library']} is no module of torch")
    if type(mine) is not cls:
        mine = object.__new__(cls)
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
