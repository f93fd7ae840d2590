"""What both kinds of processes load before they fork: modules, and classes that go by value."""

import contextlib
import functools
import importlib
import sys
from types import ModuleType
from typing import Any


def import_all(modules: list[str]) -> None:
    """Import modules, but those that cannot be."""
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


@functools.cache
def library_records(packages: tuple[str, ...]) -> dict[str, type]:
    """Classes of the course's loaded modules by the name under which they travel.

    To look at all loaded modules writes to each page that one lies on: do it before a fork.
    """
    modules = [
        (name, module)
        for name, module in sys.modules.items()
        if isinstance(module, ModuleType) and name.split(".")[0] in packages
    ]
    return {
        f"{name}:{value.__qualname__}": value
        for name, module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == name
    }


def own_records(namespace: dict[str, Any], names: set[str]) -> dict[str, type]:
    """Those of the `names` that are classes of the notebook itself."""
    found = {name: namespace.get(name) for name in names}
    return {n: c for n, c in found.items() if isinstance(c, type) and c.__module__ == "__main__"}


def warm_torch() -> None:
    """Let torch do its slow first steps, on one thread: the first optimizer imports a compiler."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        weight = torch.nn.Parameter(torch.ones(2, 2))
        optimizer = torch.optim.AdamW([weight])
        (weight @ weight).sum().backward()
        optimizer.step()
