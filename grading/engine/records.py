"""Classes of the course whose instances travel between the processes by value."""

import sys
from types import ModuleType


def library_records(packages: list[str]) -> dict[str, type]:
    """Classes of the course's loaded modules by the name under which they travel."""
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
