"""The files of a download: a folder or a .zip of a whole class, and a student's own .zip."""

import os
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from grader.course import GradingError
from grader.reading import HAND_IN, TOO_BIG, Broken

HIDDEN = (".", "__MACOSX")
LONGEST_NAME = 200  # bytes; file systems take 255
MOST_FILES, DEEPEST = 1000, 3  # of a student's archive, and of archives in it
FAULTS = (OSError, RuntimeError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@contextmanager
def opened(downloads: Path) -> Iterator[Path]:
    """The folder `downloads`, or the .zip unpacked into a temporary one with its files' times."""
    if downloads.is_dir():
        yield downloads
        return
    if not zipfile.is_zipfile(downloads):
        raise GradingError(f"{downloads} is neither a folder nor a .zip file")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(downloads) as archive:
        for entry in archive.infolist():
            try:
                _unpack(archive, entry, Path(folder))
            except FAULTS as error:
                message = f"{downloads}: {entry.filename!r} cannot be unpacked: {error}"
                raise GradingError(message) from None
        yield Path(folder)


def unpack(file: Path, folder: Path, depth: int = 1) -> None:
    """Unpack a student's .zip, and those in it, into `folder`; Broken where that cannot be."""
    name = shown(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > TOO_BIG:
                raise Broken(f"{name} holds too much: {HAND_IN}")
            for entry in entries:
                _unpack(archive, entry, folder)
    except FAULTS as error:
        raise Broken(f"{name} cannot be unpacked ({error}): {HAND_IN}") from None
    if depth < DEEPEST:
        for inner in [path for path in found(folder) if is_archive(path)]:
            inside = inner.with_name(f"{inner.name}.d")
            unpack(inner, inside, depth + 1)
            inner.unlink()


def is_archive(path: Path) -> bool:
    """Whether `path` is an ordinary .zip file."""
    return path.suffix.lower() == ".zip" and not odd(path)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Write a file of the archive below `folder`, with its time; of one too big, the start."""
    parts = [part for part in PurePosixPath(_name(entry)).parts if part not in ("/", "..")]
    if entry.is_dir() or not parts:
        return
    path = folder.joinpath(*map(_short, parts))
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as file, open(path, "wb") as copy:
        left = TOO_BIG + 1
        while left and (data := file.read(min(left, 1 << 20))):
            copy.write(data)
            left -= len(data)
    stamp = time.mktime((*entry.date_time, 0, 0, -1))
    os.utime(path, (stamp, stamp))


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; many programs write UTF-8 and do not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _short(name: str) -> str:
    """A name that file systems take; of a long one the middle is left out."""
    name = name.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    while len(name.encode()) > LONGEST_NAME:
        half = len(name) // 2
        name = name[: half - 4] + name[half + 4 :]
    return name


def found(folder: Path) -> list[Path]:
    """Everything below `folder` that is no folder, or one without entries; no hidden ones."""
    paths: list[Path] = []
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith(HIDDEN))
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        names = [name for name in [*files, *links] if not name.startswith(HIDDEN)]
        paths += [here / name for name in sorted(names)]
        if here != folder and not folders and not names:
            paths.append(here)
    return paths + [Path(error.filename) for error in unreadable]


def odd(path: Path) -> str:
    """What `path` is if it is no ordinary file: "a link", "a pipe", ...; else ""."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"unreadable ({error.strerror})"
    return "" if stat.S_ISREG(mode) else KINDS.get(stat.S_IFMT(mode), "no file")


def shown(path: Path) -> str:
    """A file's name, or a relative path, as it can stand in a sentence."""
    text = path.name if path.is_absolute() else str(path)
    name = text if text.isprintable() else repr(text)[1:-1]
    return name if len(name) <= 60 else f"{name[:40]}...{name[-15:]}"


def copy_into(folder: Path, files: list[Path]) -> None:
    """Copy ordinary files that are not too big into the new folder `folder`, with their times."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        name, number = file.name, 1
        while (folder / name).exists():
            number += 1
            name = f"{number}-{file.name}"
        try:
            if file.stat().st_size <= TOO_BIG:
                shutil.copy2(file, folder / _short(name))
        except OSError:  # it cannot be read: the reason is told where the notebook is read
            continue
