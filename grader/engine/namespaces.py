"""Namespaces: processes, networks, mounts and names of its own for all that a zygote forks.

They are an extra where they are to be had. Root has them; others have them where the system lets an
ordinary user make a user namespace, which Ubuntu 24.04 and most containers do not.
"""

import contextlib
import os
import signal
from typing import NoReturn

from grader.engine.libc import PR_SET_PDEATHSIG, checked, close_all_but, prctl
from grader.engine.scratch import ENTRY

USER = 0x10000000
FLAGS = {
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "mount": 0x00020000,
}
NO_SETUID, NO_DEVICES, NO_PROGRAMS, RECURSIVE, PRIVATE = 2, 4, 8, 0x4000, 0x40000
_entered: list[str] = []  # by this process or the one it was forked from


def entered() -> list[str]:
    """Names of the namespaces that `enter_namespaces` made, such as "pid namespace"."""
    return list(_entered)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process as soon as its parent, process `parent`, ends.

    It ends this process at once where that has happened already. The kernel takes the end of the
    *thread* that forked for the end of the parent, and forgets the wish when the user changes.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def enter_namespaces() -> list[str]:
    """Enter new namespaces where the system allows it; returns their names, `entered()`.

    Call it first thing, with one thread. It forks where it gets a pid namespace, and returns in
    the child only, which is process 1 there: when it ends, the kernel kills all that it forked. The
    first process stays as a shim without open files; it ends with the child's exit status (128 + n
    for signal n), and when it is killed the child is.
    """
    names = _unshare_for_root() if os.geteuid() == 0 else _unshare_for_user()
    if "mount" in names and not _mounts_are_private():
        names.remove("mount")
    _entered.extend(f"{name} namespace" for name in names)
    if "pid" in names and (child := os.fork()):
        _follow(child)
    if "pid" in names:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if "mount" in names:
        with contextlib.suppress(OSError):  # a container may not allow it; /proc stays as it was
            mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    return entered()


def _mounts_are_private() -> bool:
    """Keep what is mounted from now on to this namespace; a container may forbid all mounts."""
    try:
        mount("none", "/", "none", RECURSIVE | PRIVATE)
    except OSError:
        return False
    return True


def mount_scratch(path: str, size_mb: int) -> bool:
    """Put an empty folder in memory, of a fixed size, over the folder `path`; returns whether.

    Only this process and those it forks see it. It needs the mount namespace. Without it, nothing
    but `scratch_size` stands between a student and a full disk.
    """
    if "mount namespace" not in _entered:
        return False
    files = (size_mb << 20) // ENTRY
    options = f"size={size_mb}m,nr_inodes={files},mode=700"
    try:
        mount("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES | NO_PROGRAMS, options)
    except OSError:
        return False
    return True


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount `source` at the folder or file `target`; raises OSError."""
    words = (os.fsencode(word) for word in (source, target, kind))
    checked("mount", *words, flags, os.fsencode(options))


def _unshare_for_root() -> list[str]:
    names = []
    for name, flag in FLAGS.items():
        with contextlib.suppress(OSError):  # a container may allow some
            checked("unshare", flag)
            names.append(name)
    return names


def _unshare_for_user() -> list[str]:
    """All namespaces inside a user namespace, or none; tried in a process of its own first."""
    if (child := os.fork()) == 0:
        with contextlib.suppress(OSError):
            _unshare_all()
            os._exit(0)
        os._exit(1)
    if os.waitpid(child, 0)[1]:
        return []
    _unshare_all()
    return ["user", *FLAGS]


def _unshare_all() -> None:
    """Enter all namespaces as an ordinary user, who stays the same user in them."""
    user, group = os.getuid(), os.getgid()
    checked("unshare", USER | sum(FLAGS.values()))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _follow(child: int) -> NoReturn:
    """Wait for the child, then end as it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    close_all_but(set())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)
