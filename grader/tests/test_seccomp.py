import errno
import os
import random
import re
import resource
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.engine import libc, seccomp
from grader.engine.syscalls import CHECKED, FREE, numbers
from grader.tests import bpf
from grader.tests.inside import in_child

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # pytest may have threads
]


MACHINES = ["x86_64", "aarch64"]
EVERY = range(0, 470)


def filtered(action):
    """What `action()` says under the filter alone."""

    def act():
        seccomp.install(seccomp.program(libc.machine()))
        return action()

    return in_child(act)


@pytest.mark.parametrize(
    "action",
    [
        lambda: socket.socket().close(),
        lambda: os.kill(os.getppid(), 0),
        lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
        lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        lambda: os.memfd_create("x") and None,
        lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0) and None,
    ],
)
def test_seccomp_refuses_what_goes_without_it(action):
    assert filtered(action).startswith(("PermissionError", "ValueError: not allowed"))
    assert in_child(action) is None


def test_seccomp_lets_a_process_compute_and_start_threads():
    def compute():
        seen = []
        thread = threading.Thread(target=seen.append, args=[random.SystemRandom().random() < 1])
        thread.start()
        thread.join()
        os.kill(os.getpid(), 0)
        return [seen, resource.getrlimit(resource.RLIMIT_CORE)[0] >= -1, time.time() > 0]

    assert filtered(compute) == [[True], True, True]


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_allows_the_listed_calls_and_no_other(machine):
    steps = seccomp.program(machine)
    listed = set(numbers(FREE, machine).values())
    checked = set(numbers(CHECKED, machine).values())
    assert not listed & checked
    for number in EVERY:
        if number not in checked:
            expected = seccomp.ALLOW if number in listed else seccomp.EPERM
            assert bpf.answer(steps, machine, number) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_refuses_other_call_tables(machine):
    steps, getpid = seccomp.program(machine), numbers(FREE, machine)["getpid"]
    assert bpf.answer(steps, machine, getpid) == seccomp.ALLOW
    assert bpf.answer(steps, machine, getpid | seccomp.X32_BIT) == seccomp.EPERM
    assert bpf.answer(steps, machine, getpid, arch=0x40000003) == seccomp.KILL_PROCESS
    assert bpf.answer(steps, machine, 0xFFFFFFFF) == seccomp.EPERM


THREAD, THREAD_OF_MUSL, FORK, VFORK = 0x3D0F00, 0x7D0F00, 0x01200011, 0x4111
NEW_USER_THREAD, NOT_WHOLLY_A_THREAD = THREAD | 0x10000000, 0x3D0E00
ANOTHER = bpf.OWN_PID + 1
ARGUMENTS = [  # name, arguments, allowed?
    ("clone", [THREAD], True),
    ("clone", [THREAD_OF_MUSL], True),
    ("clone", [FORK], False),
    ("clone", [VFORK], False),
    ("clone", [NEW_USER_THREAD], False),
    ("clone", [NOT_WHOLLY_A_THREAD], False),
    ("clone", [0], False),
    ("kill", [bpf.OWN_PID, 9], True),
    ("kill", [0, 9], False),
    ("kill", [0xFFFFFFFF, 9], False),
    ("kill", [ANOTHER, 0], False),
    ("tgkill", [bpf.OWN_PID, 7, 9], True),
    ("tgkill", [ANOTHER, ANOTHER, 9], False),
    ("prlimit64", [0, 7, 0, 0x7FFF00000000], True),
    ("prlimit64", [bpf.OWN_PID, 7, 0], True),
    ("prlimit64", [ANOTHER, 7, 0], False),
    ("prlimit64", [0, 7, 0x1000], False),
    ("prlimit64", [0, 7, 0x7FFF00000000], False),
    ("openat", [-100, 0, os.O_RDONLY], True),
    ("openat", [-100, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC], True),
    ("openat", [-100, 0, os.O_RDWR | os.O_TRUNC], True),
    ("openat", [-100, 0, os.O_RDONLY | os.O_TRUNC], False),
    ("openat", [-100, 0, os.O_TMPFILE | os.O_RDWR], False),
    ("fcntl", [3, 0], True),
    ("fcntl", [3, 1030], True),
    ("fcntl", [3, 4, os.O_NONBLOCK], True),
    ("fcntl", [3, 4, os.O_NONBLOCK | 0x2000], False),
    ("fcntl", [3, 8, 1], False),
    ("fcntl", [3, 10, 9], False),
    ("fcntl", [3, 1031, 1 << 20], False),
    ("ioctl", [1, 0x5401], True),
    ("ioctl", [1, 0x5412], False),
    ("ioctl", [1, 0x8902], False),
    ("prctl", [15], True),
    ("prctl", [1, 0], False),
    ("prctl", [4, 1], False),
    ("prctl", [22, 2], False),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "allowed"), ARGUMENTS)
def test_the_filter_looks_at_arguments(machine, name, arguments, allowed):
    found = bpf.answer(
        seccomp.program(machine), machine, numbers(CHECKED, machine)[name], arguments
    )
    assert found == (seccomp.ALLOW if allowed else seccomp.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_clone3_is_said_not_to_exist(machine):
    """Then the C library falls back on clone, whose flags a filter can see."""
    steps = seccomp.program(machine)
    assert bpf.answer(steps, machine, 435) & 0xFFFF == errno.ENOSYS


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_call_numbers_are_the_kernels(machine, header):
    if not Path(header).exists():
        pytest.skip(f"{header} is not installed")
    text = Path(header).read_text()
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    known["newfstatat"] = known.get("newfstatat") or known["fstatat"]
    for name, number in (numbers(FREE, machine) | numbers(CHECKED, machine)).items():
        assert known[name] == str(number), name
