"""A root folder in which nothing exists but what a student may read.

Landlock keeps a student from opening other files, not from asking whether they exist, how large
they are and when they changed. Where there is a mount namespace, they are not there to be asked of.
"""

import contextlib
import os
import sys
from collections.abc import Iterable

from grader.engine.libc import checked
from grader.engine.namespaces import entered, mount

BIND, RECURSIVE, DETACH = 0x1000, 0x4000, 2
BUILT_AT = "/tmp"  # any folder that every system has; it is seen by nobody else while it is used


def enter_root(paths: Iterable[str], folders: Iterable[str]) -> bool:
    """Make `paths` all that exists, with the folders around them; returns whether it was possible.

    `folders` are made empty, but for what `paths` puts into them. It holds for this process and
    those it forks; what is open stays open. Without a mount namespace nothing is changed.
    """
    if "mount namespace" not in entered():
        return False
    sources: dict[str, int] = {}
    try:
        links = _links([*paths, *folders, *sys.path])
        sources = {path: os.open(path, os.O_PATH) for path in _present(paths)}
        mount("tmpfs", BUILT_AT, "tmpfs", 0, "mode=755,size=16m")
        try:
            _build(sources, [path for path in folders if os.path.isabs(path)], links)
            os.chroot(BUILT_AT)
        except OSError:
            checked("umount2", os.fsencode(BUILT_AT), DETACH)
            raise
        os.chdir("/")
        return True
    except OSError:
        return False
    finally:
        for descriptor in sources.values():
            os.close(descriptor)


def _present(paths: Iterable[str]) -> list[str]:
    """The real paths of those that exist, folders before what lies in them; nothing twice."""
    found: list[str] = []
    for path in sorted({os.path.realpath(path) for path in paths if os.path.exists(path)}):
        if not any(path.startswith(f"{other}/") for other in found):
            found.append(path)
    return found


def _links(paths: Iterable[str]) -> dict[str, str]:
    """The symbolic links on the way to these paths, and where they point."""
    links: dict[str, str] = {}
    todo = [path for path in paths if os.path.isabs(path)]
    while todo:
        path = todo.pop()
        while path != "/":
            if path not in links and os.path.islink(path):
                links[path] = os.readlink(path)
                todo.append(os.path.normpath(os.path.join(os.path.dirname(path), links[path])))
            path = os.path.dirname(path)
    return links


def _build(sources: dict[str, int], folders: list[str], links: dict[str, str]) -> None:
    """Fill the folder that becomes the root."""
    for path, descriptor in sources.items():
        place = BUILT_AT + path
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            os.makedirs(place, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
        mount(f"/proc/self/fd/{descriptor}", place, "none", BIND | RECURSIVE)
    for path in folders:
        with contextlib.suppress(FileExistsError):
            os.makedirs(BUILT_AT + os.path.realpath(path))
    for path, target in sorted(links.items()):  # a link before what lies behind it
        place = BUILT_AT + os.path.join(
            os.path.realpath(os.path.dirname(path)), os.path.basename(path)
        )
        with contextlib.suppress(FileExistsError):
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(target, place)
