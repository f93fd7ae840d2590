"""The flat folder that a student's process may write: how full it is, and emptying it.

Names in it are the student's: any bytes, and as many as fit. So they are counted and deleted as
bytes, relative to the open folder, and never followed.
"""

import contextlib
import os
import stat

ENTRY = 4096  # bytes that a file counts at least: names fill a disk too


def scratch_size(path: str, limit: int, pid: int = 0) -> int:
    """Bytes that the files in the folder take; it stops counting above `limit`.

    With `pid`, the student's process, files count too that it deleted and still holds, open or
    mapped into its memory.
    """
    size = _deleted(path, pid) if pid else 0
    with os.scandir(os.fsencode(path)) as entries:
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # it was deleted meanwhile
            size += max(ENTRY, found.st_blocks * 512)
            if size > limit:
                break
    return size


def _deleted(path: str, pid: int) -> int:
    """Bytes of the files that were deleted from the folder and that the process still holds."""
    sizes: dict[int, int] = {}  # by inode: one file may be open and mapped
    with contextlib.suppress(OSError):  # the process has ended
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{name}")
                if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    sizes[found.st_ino] = found.st_blocks * 512
        with open(f"/proc/{pid}/maps", "rb") as maps:
            for line in maps:
                words = line.split(maxsplit=5)
                if line.endswith(b" (deleted)\n") and words[5].startswith(os.fsencode(path)):
                    first, last = (int(word, 16) for word in words[0].split(b"-"))
                    inode = int(words[4])
                    sizes[inode] = max(sizes.get(inode, 0), last - first)
    return sum(sizes.values())


def clear_scratch(path: str, limit: int = 1_000_000) -> bool:
    """Delete what is in the folder; returns whether it is empty now.

    After `limit` files it gives up: take a new folder then, and leave this one for later. A
    subfolder, which the sandbox does not let a student make, is left as well.
    """
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        while found := _some(folder):
            limit -= len(found)
            if limit < 0 or not _delete(folder, found):
                return False
        return True
    finally:
        os.close(folder)


def _some(folder: int) -> list[bytes]:
    """Some thousand names in the folder, empty where it is."""
    os.lseek(folder, 0, os.SEEK_SET)
    with os.scandir(folder) as entries:
        return [os.fsencode(entry.name) for entry, _ in zip(entries, range(10_000), strict=False)]


def _delete(folder: int, names: list[bytes]) -> bool:
    """Delete these; returns whether none was a folder."""
    for name in names:
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return False
        os.unlink(name, dir_fd=folder)
    return True
