"""A warm interpreter from which the processes of students are forked.

It is started by exec before any check or answer is read, so that its memory holds nothing to find.
Orders come over a Unix socket that keeps messages apart: `fork` with the two ends of a pair of
pipes, answered by the new process's number and a file descriptor that stands for it; `end` with a
number, answered by how that process ended. The zygote ends when the socket closes.
"""

import contextlib
import gc
import importlib.abc
import json
import os
import random
import socket
import sys
import tempfile
import warnings
from typing import Any

from grader.engine.adapted import adapt, explain_refusals
from grader.engine.cells import Cells
from grader.engine.channel import Channel
from grader.engine.namespaces import die_with_parent, enter_namespaces, mount_scratch
from grader.engine.sandbox import Policy, Sandbox, SandboxError
from grader.engine.scratch import clear_scratch
from grader.engine.student import Answerer
from grader.engine.warm import import_all, library_records, warm_torch


class Withheld(importlib.abc.MetaPathFinder):
    """Finds none of the modules that hold answers, and says so."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a withheld module; leave all others to the next finder."""
        if name in self.names:
            message = f"{name} cannot be imported here: writing it is the task of an assignment"
            raise ModuleNotFoundError(message, name=name)


def main(order: str, fd: str) -> None:
    """Warm up, then fork on request."""
    options = json.loads(order)
    control = socket.socket(fileno=int(fd))
    die_with_parent(options["parent"])
    namespaces = [] if options["unsafe"] else enter_namespaces()
    limited = bool(namespaces) and mount_scratch(options["scratch"], options["scratch_mb"])
    sys.meta_path.insert(0, Withheld(options["withheld"]))
    import_all([*options["preload"], "matplotlib.pyplot"])
    library_records(tuple(options["packages"]))
    warm_torch()
    adapt()
    Cells()
    os.environ.update(dict.fromkeys(("HOME", "TMPDIR"), options["scratch"]))
    tempfile.tempdir = options["scratch"]
    sandbox = None if options["unsafe"] else Sandbox(Policy(**options["policy"]))
    try:
        if sandbox:
            sandbox.prepare()
    except SandboxError as error:
        control.sendall(json.dumps({"refused": str(error)}).encode())
        return
    gc.collect()
    gc.freeze()
    control.sendall(json.dumps({"limited": limited}).encode())
    serve(control, sandbox, options)


def serve(control: socket.socket, sandbox: Sandbox | None, options: dict[str, Any]) -> None:
    """Answer orders until the socket closes."""
    ended: dict[int, int] = {}
    while True:
        request, fds, _, _ = socket.recv_fds(control, 100, 2)
        if not request:
            return
        verb, *rest = json.loads(request)
        if verb == "fork":
            if not clear_scratch(options["scratch"]):
                return  # so much was left there that a new zygote with a new folder is quicker
            pid = fork(fds, sandbox, options, rest[0])
            for fd in fds:
                os.close(fd)
            number = os.pidfd_open(pid)
            socket.send_fds(control, [json.dumps(pid).encode()], [number])
            os.close(number)
        else:
            ended |= reaped(rest[0] if rest[0] not in ended else 0)
            control.sendall(json.dumps(ended.pop(rest[0], 0)).encode())


def reaped(awaited: int) -> dict[int, int]:
    """Exit codes by process: of the awaited one, and of all others that have ended."""
    found = {}
    with contextlib.suppress(ChildProcessError):
        if awaited:
            found[awaited] = os.waitstatus_to_exitcode(os.waitpid(awaited, 0)[1])
        while (entry := os.waitpid(-1, os.WNOHANG))[0]:
            found[entry[0]] = os.waitstatus_to_exitcode(entry[1])
    return found


def fork(fds: list[int], sandbox: Sandbox | None, options: dict[str, Any], seed: int) -> int:
    """A new student process on the two pipe ends, and its number here."""
    pid = os.fork()
    if pid:
        return pid
    try:
        become_student(fds, sandbox, options, seed)
    except BaseException:  # the examiner sees the closed pipe, and what a student did is no news
        os._exit(3)
    os._exit(0)


def become_student(
    fds: list[int], sandbox: Sandbox | None, options: dict[str, Any], seed: int
) -> None:
    """In the new process: give up every right, then serve."""
    channel = Channel(fds[0], fds[1])
    os.chdir(options["scratch"])
    try:
        layers = sandbox.enter(fds) if sandbox else []
    except SandboxError as error:
        channel.send(str(error).encode())
        raise
    explain_refusals()
    sys.path.insert(0, "")  # as in a notebook: what a cell has written can be imported
    warnings.simplefilter("default")
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)  # type: ignore[attr-defined]
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    student = Answerer(channel, options["text"], options["packages"])
    channel.send(json.dumps(layers).encode())
    student.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
