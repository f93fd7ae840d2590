"""Seccomp: the kernel runs a small program before each system call and refuses most of them.

The program is classic BPF: instructions (code, jump if true, jump if false, constant) over the
number of the call and its six arguments. See https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import struct

from grader.engine.libc import PR_SET_NO_NEW_PRIVS, prctl
from grader.engine.syscalls import CHECKED, FREE, numbers

PR_GET_SECCOMP, PR_SET_SECCOMP, MODE_FILTER = 21, 22, 2
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # marks calls of another interface of x86_64, with other numbers

LOAD, AND = 0x20, 0x54
JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # bytes into what the program looks at
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
PID = object()  # stands for the number of the process that takes the filter on

CLONE_NEEDED = 0x00010900  # memory, signal handlers and thread group shared: a thread
CLONE_ALLOWED = 0x007D0F00  # what C libraries ask for when they start a thread
O_TRUNC, O_TMPFILE, O_ASYNC, O_WRITE = 0x200, 0x400000, 0x2000, 0x3
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
TCGETS, TIOCGWINSZ, FIONBIO, FIONCLEX, FIOCLEX = 0x5401, 0x5413, 0x5421, 0x5450, 0x5451
AF_UNIX = 1
PRETENDED = (
    *("fsync", "fdatasync", "chmod", "fchmod", "fchmodat"),
    *("utime", "utimes", "futimesat", "utimensat"),
)
F_LOCKS = (5, 6, 7)  # of ranges in a file
PR_SET_NAME, PR_GET_NAME = 15, 16

Instruction = tuple[int, int, int, object]  # code, jump if true, jump if false, constant
Block = list[Instruction]


def _refuse(number: int) -> int:
    """The action that makes a call return this error; 0: return success without doing anything."""
    return 0x00050000 | number


EPERM, ENOSYS, PRETEND = _refuse(errno.EPERM), _refuse(errno.ENOSYS), _refuse(0)
NO_LABELS = _refuse(errno.ENOTSUP)


def _load(argument: int, high: bool = False) -> Instruction:
    """Load half of an argument; the kernel looks at the low half alone where it is an `int`."""
    return (LOAD, 0, 0, ARGUMENTS_AT + 8 * argument + 4 * high)


def _one_of(argument: int, values: list[object]) -> Block:
    """Allow the call where its argument is one of these, else go on."""
    return [_load(argument)] + [
        step for value in values for step in ((JUMP_EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW))
    ]


def _if_none_set(argument: int, bits: int) -> Block:
    """Allow the call where its argument has none of these bits, else go on."""
    return [_load(argument), (JUMP_SET, 1, 0, bits), (RETURN, 0, 0, ALLOW)]


def _open(argument: int) -> Block:
    """Flags of `open`: no nameless file (nobody could count it), no O_TRUNC for reading.

    Kernels before 6.2 let Landlock look at how a file is opened, not at its being cut.
    """
    return [
        _load(argument),
        (JUMP_SET, 0, 1, O_TMPFILE),
        (RETURN, 0, 0, EPERM),
        (JUMP_SET, 0, 2, O_TRUNC),
        (JUMP_SET, 1, 0, O_WRITE),
        (RETURN, 0, 0, EPERM),
        (RETURN, 0, 0, ALLOW),
    ]


def _thread() -> Block:
    """Flags of `clone`: those of a thread, and none that makes a namespace."""
    return [
        _load(0),
        (JUMP_SET, 3, 0, 0xFFFFFFFF & ~CLONE_ALLOWED),
        (AND, 0, 0, CLONE_NEEDED),
        (JUMP_EQUAL, 0, 1, CLONE_NEEDED),
        (RETURN, 0, 0, ALLOW),
    ]


def _without_address(argument: int) -> Block:
    """Allow the call where its argument is the address 0: then it goes to whom one has already."""
    return [
        _load(argument),
        (JUMP_EQUAL, 0, 3, 0),
        _load(argument, high=True),
        (JUMP_EQUAL, 0, 1, 0),
        (RETURN, 0, 0, ALLOW),
    ]


def _own_limits() -> Block:
    """Arguments of `prlimit64`: this process, and a new limit at address 0, which is none."""
    return [
        _load(2),
        (JUMP_EQUAL, 0, 7, 0),
        _load(2, high=True),
        (JUMP_EQUAL, 0, 5, 0),
        *_one_of(0, [0, PID]),
    ]


BLOCKS: dict[str, Block] = {
    "open": _open(1),
    "openat": _open(2),
    # No F_SETOWN and F_SETSIG: they let the kernel send a signal to any process of this user.
    "fcntl": [
        *_one_of(1, [F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC, *F_LOCKS]),
        (JUMP_EQUAL, 0, 3, F_SETFL),
        *_if_none_set(2, O_ASYNC),
    ],
    "ioctl": _one_of(1, [TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX, FIONBIO]),
    "clone": _thread(),
    "clone3": [(RETURN, 0, 0, ENOSYS)],  # its flags lie in memory; C libraries then use clone
    "kill": _one_of(0, [PID]),
    "tgkill": _one_of(0, [PID]),
    "prctl": _one_of(0, [PR_SET_NAME, PR_GET_NAME]),
    "prlimit64": _own_limits(),
    "socketpair": _one_of(0, [AF_UNIX]),
    "sendto": _without_address(4),
    # Answered without being made: the scratch folder is not worth waiting for a disk, and modes and
    # times of files outside, which may be the same user's, stay as they are.
    **{name: [(RETURN, 0, 0, PRETEND)] for name in PRETENDED},
    **{name: [(RETURN, 0, 0, NO_LABELS)] for name in ("listxattr", "llistxattr", "flistxattr")},
}


def program(machine: str) -> Block:
    """The whole filter for "x86_64" or "aarch64"."""
    steps: Block = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_GREATER_EQUAL, 0, 1, X32_BIT),
        (RETURN, 0, 0, EPERM),
    ]
    for number in numbers(FREE, machine).values():
        steps += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    for name, number in numbers(CHECKED, machine).items():
        block = [*BLOCKS[name], (RETURN, 0, 0, EPERM)]
        steps += [(JUMP_EQUAL, 0, len(block), number), *block]
    return [*steps, (RETURN, 0, 0, EPERM)]


def supported() -> bool:
    """Whether the kernel has filters of system calls."""
    try:
        return prctl(PR_GET_SECCOMP) in (0, 2)
    except OSError:
        return False


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def install(steps: Block) -> None:
    """Put this thread, and all that it starts, under the filter for ever; raises OSError."""
    pid = os.getpid()
    packed = b"".join(
        struct.pack("HBBI", code, true, false, pid if k is PID else k)
        for code, true, false, k in steps
    )
    buffer = ctypes.create_string_buffer(packed, len(packed))
    filter_ = _Program(len(steps), ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filter_))
