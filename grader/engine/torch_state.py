"""What the student's side does for torch: gradients of calls, and modules that both sides hold.

torch is looked up, never imported: an assignment without it does not pay for it.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from grader.engine.wire import Handle


def torch() -> Any:
    """The module torch where it is loaded, else None."""
    return sys.modules.get("torch")


def warm_torch() -> None:
    """Let torch do its slow first steps, on one thread: the first optimizer imports a compiler."""
    if torch() is not None:
        torch().set_num_threads(1)
        weight = torch().nn.Parameter(torch().ones(2, 2))
        optimizer = torch().optim.AdamW([weight])
        (weight @ weight).sum().backward()
        optimizer.step()


def is_module(thing: Any) -> bool:
    """Whether `thing` is an nn.Module."""
    return torch() is not None and isinstance(thing, torch().nn.Module)


def tensors(value: Any) -> list[Any]:
    """The tensors in tuples, lists and dicts, in order, each once."""
    if torch() is None:
        return []
    found: dict[int, Any] = {}
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, torch().Tensor):
            found.setdefault(id(item), item)
        elif type(item) in (tuple, list):
            todo += reversed(item)
        elif type(item) is dict:
            todo += reversed(item.values())
    return list(found.values())


@contextlib.contextmanager
def grad_mode(state: dict[str, Any]) -> Iterator[None]:
    """Build graphs where the examiner builds them."""
    if torch() is None:
        yield
    else:
        with torch().set_grad_enabled(state.get("grad", True)):
            yield


def describe(module: Any, lend: Callable[[Any], Handle]) -> dict[str, Any]:
    """A module as nested data: parameters, buffers, children."""
    cls = type(module)
    is_library = cls.__module__.startswith("torch.nn.")
    return {
        "library": f"{cls.__module__}:{cls.__qualname__}" if is_library else "",
        "name": cls.__name__,
        "training": bool(module.training),
        "parameters": dict(module._parameters),
        "buffers": dict(module._buffers),
        "transient": sorted(module._non_persistent_buffers_set),
        "plain": plain_attributes(module),
        "children": {name: _child(child, lend) for name, child in module._modules.items()},
    }


def _child(child: Any, lend: Callable[[Any], Handle]) -> Any:
    if child is None:
        return None
    if type(child).__module__.startswith("torch.nn."):
        return describe(child, lend)
    handle = lend(child)
    return {"number": handle.id, "info": handle.info}


def plain_attributes(module: Any) -> dict[str, Any]:
    """The public attributes of a module that are numbers, texts or tuples of those."""
    return {n: v for n, v in vars(module).items() if not n.startswith("_") and is_plain(v)}


def is_plain(value: Any) -> bool:
    """Whether a module's attribute is a number, a text or a tuple of those."""
    if type(value) is tuple:
        return all(is_plain(part) for part in value)
    return type(value) in (bool, int, float, str, type(None))


def modules_in(given: Any, numbers: dict[int, int]) -> dict[int, Any]:
    """The lent modules among the arguments of a call, by their numbers, in order."""
    parts, found = [given], {}
    while parts:
        part = parts.pop()
        if type(part) in (tuple, list):
            parts += reversed(part)
        elif type(part) is dict:
            parts += reversed(part.values())
        elif is_module(part) and id(part) in numbers:
            found[numbers[id(part)]] = part
        elif is_module(getattr(part, "__self__", None)):
            parts.append(part.__self__)
    return found


def push(state: dict[str, Any], lent: list[Any]) -> None:
    """Give modules the parameters, gradients and modes that the examiner's copies have."""
    for number, values in state.get("modules", {}).items():
        module = lent[number]
        for name, training in values["training"].items():
            submodule = module.get_submodule(name)
            submodule.training = training
            vars(submodule).update(values["plain"][name])
        with torch().no_grad():
            for name, (value, gradient, requires) in values["parameters"].items():
                parameter = module.get_parameter(name)
                parameter.data = value.detach().reshape(parameter.shape).to(parameter.dtype)
                parameter.requires_grad_(requires)
                parameter.grad = gradient
            for name, value in values["buffers"].items():
                module.get_buffer(name).copy_(value)
