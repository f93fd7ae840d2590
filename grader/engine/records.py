"""What both kinds of processes load before they fork: modules, and classes that go by value."""

import contextlib
import functools
import importlib
import sys
from types import ModuleType


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
