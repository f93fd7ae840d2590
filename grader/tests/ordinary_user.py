"""Run a command as an ordinary user: `python grader/tests/ordinary_user.py [--first] COMMAND...`

With `--first` it does not wait for a processor while other programs work, where root may say so.
Root becomes a user that owns nothing. Where the interpreter or the repository lies below a folder
that only root may enter, that folder is replaced, for the command alone, by one with open doors.
"""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

UID = 60_999
NEW_MOUNTS, BIND, RECURSIVE, PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


def command(*words: str, first: bool = False) -> list[str]:
    """The command line that runs Python with these words as an ordinary user."""
    return [sys.executable, __file__, *["--first"] * first, sys.executable, *words]


def come_first() -> None:
    """Let this process and its children run before all others, if that is allowed."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None) -> None:
    words = (None if w is None else w.encode() for w in (source, target, kind))
    _checked(LIBC.mount(*words, flags, None if options is None else options.encode()))


def _closed(path: Path) -> list[Path]:
    """The folders above `path`, from the root down, that others may not enter."""
    return [folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001]


def _open_doors(path: Path) -> None:
    """Let everybody reach `path`, in this process's view of the file system."""
    for folder in _closed(path):
        inside = folder / path.relative_to(folder).parts[0]
        kept = os.open(inside, os.O_PATH)
        _mount("tmpfs", str(folder), "tmpfs", 0, "mode=755")
        inside.mkdir()
        _mount(f"/proc/self/fd/{kept}", str(inside), None, BIND | RECURSIVE, None)
        os.close(kept)


def main() -> None:
    """Become the ordinary user and run the command."""
    words = sys.argv[1:]
    if words[0] == "--first":
        words.pop(0)
        come_first()
    if os.geteuid() == 0:
        paths = [Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[2]]
        if any(_closed(path) for path in paths):
            _checked(LIBC.unshare(NEW_MOUNTS))
            _mount("none", "/", None, RECURSIVE | PRIVATE, None)
            for path in paths:
                _open_doors(path)
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
    os.environ["HOME"] = "/nonexistent"
    os.execv(words[0], words)


if __name__ == "__main__":
    main()
