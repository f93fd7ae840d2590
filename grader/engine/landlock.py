"""Landlock: the kernel lets a process reach only the files that it names beforehand.

Every right that the running kernel knows is taken away first. The numbers are those of the
kernel's interface, https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import stat
from collections.abc import Iterable

from grader.engine.libc import PR_SET_NO_NEW_PRIVS, prctl, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
VERSION_FLAG = 1
NEWEST = 7  # version of the interface that is known here; a newer kernel can do all of it
PATH_BENEATH = 1
LOG_SAME_EXEC_OFF = 1  # a student cannot flood the system's log with refusals

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
ON_FILES = WRITE_FILE | READ_FILE | TRUNCATE  # the rights that a rule for a file may name
READ = READ_FILE | READ_DIR
SCRATCH = READ | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE | MAKE_DIR | REMOVE_DIR | REFER
NULL_DEVICE = READ_FILE | WRITE_FILE | TRUNCATE

# How many kinds of file rights, network rights and scopes each version of the interface has.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # from 5 on 16
NETWORK_SINCE, NETWORK_RIGHTS = 4, 0b11  # bind and connect TCP
SCOPES_SINCE, SCOPES = 6, 0b11  # abstract sockets and signals of processes outside
LOGGING_SINCE = 7


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def version() -> int:
    """The kernel's version of the interface, from 1; 0 where there is none."""
    try:
        return syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    except OSError:
        return 0


def create_ruleset(abi: int) -> int:
    """A file descriptor of a set of rules that denies all that version `abi` can deny."""
    words = [(1 << FILE_RIGHTS.get(abi, 16)) - 1]
    if abi >= NETWORK_SINCE:
        words.append(NETWORK_RIGHTS)
    if abi >= SCOPES_SINCE:
        words.append(SCOPES)
    attributes = (ctypes.c_uint64 * len(words))(*words)
    return syscall(CREATE_RULESET, attributes, ctypes.sizeof(attributes), 0)


def allow(ruleset: int, abi: int, path: str, rights: int) -> None:
    """Grant `rights` on a file, or on a folder and all below it; raises OSError."""
    rights &= (1 << FILE_RIGHTS.get(abi, 16)) - 1
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ON_FILES
        rule = _PathBeneath(rights, descriptor)
        syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def allow_all(ruleset: int, abi: int, paths: Iterable[str], rights: int) -> None:
    """Grant `rights` on every path; one that is not there is left out."""
    for path in paths:
        try:
            allow(ruleset, abi, path, rights)
        except FileNotFoundError:
            continue


def restrict(ruleset: int, abi: int) -> None:
    """Put this thread, and all that it starts, under the rules for ever."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall(RESTRICT_SELF, ruleset, LOG_SAME_EXEC_OFF if abi >= LOGGING_SINCE else 0)
