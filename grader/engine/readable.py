"""What a student's process may read: the interpreter, its packages, and the course's data.

Landlock can only add: a folder that is granted is granted with all below it. So a folder around the
course library is not granted itself, only what lies beside the library; of the library, the files
one by one.
"""

import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"),
    *("/etc/localtime", "/usr/share/zoneinfo", "/usr/share/fonts"),
    *("/dev/null", "/dev/urandom", "/dev/random"),
)


def default_read_paths(
    libraries: list[Path], withheld: list[str], data: list[Path]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths that may be read, and folders that may be listed: `Policy.read`, `Policy.listed`.

    `libraries` are the folders of the course's packages, `withheld` the dotted names of modules in
    them that hold answers, `data` files and folders to grant as they are. A copy of a library that
    is installed among the packages is treated as the library is. Name all libraries in one call:
    what one call grants beside its library may be another.
    """
    packages = _packages()
    copies = {Path(f, library.name).resolve() for library in libraries for f in packages}
    copies |= {library.resolve() for library in libraries}
    read, listed = [str(path) for path in data], []
    for folder in dict.fromkeys([*_interpreter(), *packages, *SYSTEM]):
        granted, around = _beside(Path(folder), copies)
        read += granted
        listed += around
    for copy in copies:
        read += _modules(copy, withheld)
        listed.append(str(copy))
    there = [path for path in dict.fromkeys(read) if os.path.exists(path)]
    return tuple(there), tuple(path for path in dict.fromkeys(listed) if os.path.isdir(path))


def _interpreter() -> list[str]:
    """Folders of the standard library and of the shared libraries beside it."""
    paths, prefixes = sysconfig.get_paths(), {sys.base_prefix, sys.base_exec_prefix}
    folders = {f"{prefix}/{name}" for prefix in prefixes for name in ("lib", sys.platlibdir)}
    return sorted(folders | {paths["stdlib"], paths["platstdlib"]})


def _packages() -> list[str]:
    """Folders that packages are installed in."""
    paths = sysconfig.get_paths()
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return list(dict.fromkeys([paths["purelib"], paths["platlib"], *own]))


def _beside(folder: Path, holes: set[Path]) -> tuple[list[str], list[str]]:
    """What to read so that all of the folder is granted but the holes, and what to list."""
    real = folder.resolve()
    if real in holes:
        return [], []
    if not any(hole.is_relative_to(real) and hole.exists() for hole in holes):
        return [str(folder)], []
    read, listed = [], [str(folder)]
    for entry in folder.iterdir():
        granted, around = _beside(entry, holes)
        read += granted
        listed += around
    return read, listed


def _modules(package: Path, withheld: list[str]) -> Iterator[str]:
    """The files of the package that belong to no withheld module, compiled ones included."""
    for folder, below, names in os.walk(package):
        below[:] = [name for name in below if not name.startswith(".")]  # caches of tools
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink() and not _withheld(path.relative_to(package.parent), withheld):
                yield str(path)


def _withheld(path: Path, withheld: list[str]) -> bool:
    """Whether the file `path`, such as minillm/__pycache__/ngram.pyc, is part of such a module."""
    parts = [part for part in path.parts if part != "__pycache__"]
    module = ".".join([*parts[:-1], parts[-1].split(".")[0]])
    return any(f"{module}.".startswith(f"{name}.") for name in withheld)
