"""The folder that a student's process may write: how full it is, and emptying it.

Names in it are the student's: any bytes, as many as fit, in folders as deep as may be. So they are
counted and deleted as bytes, and never followed.
"""

import contextlib
import os
import stat

ENTRY = 4096  # bytes that a file or folder counts at least: names fill a disk too
DEEPEST = 50  # folders in each other


def scratch_size(path: str, limit: int, pid: int = 0) -> int:
    """Bytes that the files in the folder take; it stops counting above `limit`.

    With `pid`, the student's process, files count too that it deleted and still holds, open or
    mapped into its memory. Folders that are too deep, or closed to who counts, are too much.
    """
    size = _deleted(path, pid) if pid else 0
    folders = [(os.fsencode(path), 0)]
    for folder, depth in folders:  # which grows
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    found = entry.stat(follow_symlinks=False)
                    size += max(ENTRY, found.st_blocks * 512)
                    if stat.S_ISDIR(found.st_mode):
                        folders.append((entry.path, depth + 1))
                    if size > limit:
                        return size
        except FileNotFoundError:
            continue  # it was deleted meanwhile
        except OSError:
            return limit + 1
        if depth > DEEPEST:
            return limit + 1
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
    """Delete what is in the folder, once no process writes there; returns whether it is empty now.

    After `limit` files it gives up: take a new folder then, and leave this one for later.
    """
    top = _open(path)
    try:
        while found := _some(top):
            limit -= len(found)
            for name in found:
                limit -= _delete(top, name)
            if limit < 0:
                return False
        return True
    finally:
        os.close(top)


def _open(name: str | bytes, parent: int | None = None) -> int:
    """A folder itself, not one that a link leads to."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, dir_fd=parent)


def _some(folder: int) -> list[bytes]:
    """Some thousand names in the folder, empty where it is."""
    os.lseek(folder, 0, os.SEEK_SET)
    with os.scandir(folder) as entries:
        return [os.fsencode(entry.name) for entry, _ in zip(entries, range(10_000), strict=False)]


def _delete(top: int, name: bytes) -> int:
    """Delete a file, or a folder once its folders have moved to the top; returns how many moved."""
    if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=top)
        return 0
    os.chmod(name, 0o700, dir_fd=top)
    folder, moved = _open(name, top), 0
    try:
        while found := _some(folder):
            for inner in found:
                if stat.S_ISDIR(os.stat(inner, dir_fd=folder, follow_symlinks=False).st_mode):
                    os.chmod(inner, 0o700, dir_fd=folder)
                    moved += 1
                    os.rename(inner, os.urandom(16).hex().encode(),
                              src_dir_fd=folder, dst_dir_fd=top)  # fmt: skip
                else:
                    os.unlink(inner, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)
    return moved
