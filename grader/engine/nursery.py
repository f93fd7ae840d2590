"""The zygote of an assignment as the examiners see it."""

import json
import os
import socket
import subprocess
import sys
from typing import Any

from grader.engine.sandbox import SandboxError


class Nursery:
    """The zygote of an assignment, and the orders that it takes."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        os.set_inheritable(theirs.fileno(), True)
        module = "grader.engine.zygote"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, json.dumps(options), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=options["environment"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        self.limited = False  # the scratch folder, by the kernel

    def wait(self) -> None:
        """Wait until it can fork; raises SandboxError."""
        started = self._answer()
        if "refused" in started:
            raise SandboxError(started["refused"])
        self.limited = started["limited"]

    def fork(self, fds: list[int], seed: int) -> tuple[int, int]:
        """A new student process on two pipe ends: its number there, and a pidfd."""
        socket.send_fds(self.control, [json.dumps(["fork", seed]).encode()], fds)
        data, received, _, _ = socket.recv_fds(self.control, 100, 1)
        return json.loads(data), received[0]

    def ending(self, number: int) -> int:
        """The exit code of a process that has ended or is about to."""
        self.control.sendall(json.dumps(["end", number]).encode())
        return self._answer()

    def close(self) -> None:
        """End the zygote, and with it all that it forked."""
        self.control.close()
        self.process.kill()
        self.process.wait()

    def _answer(self) -> Any:
        data = self.control.recv(4000)
        if not data:
            raise RuntimeError("the interpreter that student processes are forked from has ended")
        return json.loads(data)
