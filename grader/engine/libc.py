"""Calls into the C library that Python's `os` does not offer, and the errors they set."""

import ctypes
import functools
import os
import platform
import sys

MACHINES = ("x86_64", "aarch64")
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 8, 38
SYS_CLOSE_RANGE = 436  # the same number on every machine
MADV_DONTFORK = 10
CAPABILITY_VERSION = 0x20080522
CAP_DAC_READ_SEARCH = 2  # read any file, search any folder


@functools.cache
def machine() -> str:
    """The machine as the kernel calls it; empty where it is not 64-bit Linux that we know."""
    known = sys.platform == "linux" and sys.maxsize > 2**32 and platform.machine() in MACHINES
    return platform.machine() if known else ""


@functools.cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def checked(name: str, *arguments: object) -> int:
    """Call the C function `name`; raises OSError, with its name, where it returns -1."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = getattr(_library(), name)(*words)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Make the system call `number`; raises OSError where it fails."""
    return checked("syscall", number, *arguments)


def prctl(option: int, value: int = 0, third: object = 0) -> int:
    """Change how the kernel treats this process; raises OSError where it does not."""
    return checked("prctl", option, value, third, 0, 0)


def keep_capabilities(*numbers: int) -> None:
    """Give up every capability but those of these numbers, all below 32."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    kept = sum(1 << number for number in numbers)
    checked("capset", header, (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0))


def keep_shared_memory_to_oneself() -> None:
    """Let no process that is forked from now on have the memory that forks would share.

    What one student's process wrote there, the next one could read.
    """
    with open("/proc/self/maps") as maps:
        mappings = [line.split(maxsplit=2) for line in maps]
    for addresses, rights, _ in mappings:
        if rights[1] == "w" and rights[3] == "s":
            first, last = (int(word, 16) for word in addresses.split("-"))
            checked("madvise", first, last - first, MADV_DONTFORK)


def close_all_but(keep: set[int]) -> None:
    """Close every file descriptor that is not in `keep`, also those unknown to Python."""
    first = 0
    for descriptor in [*sorted(keep), 2**32 - 1]:
        if descriptor > first:
            syscall(SYS_CLOSE_RANGE, first, descriptor - 1, 0)
        first = descriptor + 1
