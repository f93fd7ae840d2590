"""Something harmless for each layer of the sandbox that a student must not be able to do.

`examine` runs in an interpreter of its own, as a zygote does: the canaries are tried by a process
without the sandbox, where they must succeed, and by processes inside, where they must fail.
"""

import contextlib
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.engine.namespaces import enter_namespaces, mount_scratch
from grader.engine.readable import default_read_paths
from grader.engine.sandbox import Policy, Sandbox, SandboxError

UID = 61_999  # the students' user in this examination, where root runs it
MEMORY_MB = 512


@dataclass(frozen=True)
class Canary:
    """Something that a student must not be able to do."""

    text: str  # what, after "can" or "cannot"
    act: Callable[["Prey"], object]  # does it; raises OSError or MemoryError, or returns False


@dataclass(frozen=True)
class Prey:
    """What the canaries reach for."""

    secret: str  # a file
    outside: str  # a folder
    descriptor: int  # of the secret
    port: int  # of a listener on this machine
    grader: int  # the user that grades


def _connect(prey: Prey) -> None:
    socket.create_connection(("127.0.0.1", prey.port), timeout=2).close()


def _start(prey: Prey) -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _change_mode(prey: Prey) -> bool:
    """Whether the mode is another one then: the call says that it succeeded either way."""
    before = os.stat(prey.outside).st_mode
    os.chmod(prey.outside, before ^ 0o001)
    changed = os.stat(prey.outside).st_mode != before
    os.chmod(prey.outside, before)
    return changed


CANARIES = {
    "Landlock, reading": Canary("read another file", lambda p: Path(p.secret).read_text()),
    "Landlock, writing": Canary(
        "write outside of the scratch folder", lambda p: Path(p.outside, "left").write_text("here")
    ),
    "seccomp, network": Canary("connect to a port", _connect),
    "seccomp, processes": Canary("start a process", _start),
    "seccomp, signals": Canary("send its parent a signal", lambda p: os.kill(os.getppid(), 0)),
    "seccomp, attributes": Canary("change a file's mode", _change_mode),
    "closed descriptors": Canary("read what was left open", lambda p: os.pread(p.descriptor, 9, 0)),
    "resource limits": Canary(
        "take more memory than it is given", lambda p: bytearray(2 * MEMORY_MB << 20)
    ),
    "own user": Canary("act as the grader's user", lambda p: os.getuid() == p.grader),
}


def examine(folder: str, port: int) -> None:
    """Print as JSON what the canaries can do without the sandbox and inside it.

    `folder` is empty and private, `port` of a listener on this machine. Where the sandbox is not
    to be had, the JSON object has one item, "missing".
    """
    prey = _prey(Path(folder), port)
    free = _in_child(lambda _: _tries(prey))
    enter_namespaces()
    scratch = f"{folder}/scratch"
    quota = mount_scratch(scratch, 16)
    with contextlib.suppress(ImportError):
        import torch  # noqa: F401 - as in the interpreter that students' processes are forked from
    try:
        inside = _inside(Path(folder), scratch, prey)
    except SandboxError as error:
        print(json.dumps({"missing": str(error)}))
        return
    print(json.dumps({"free": free, "quota": quota, **inside}))


def _inside(folder: Path, scratch: str, prey: Prey) -> dict[str, Any]:
    """What the canaries can do inside, and its layers; raises SandboxError."""
    read, listed = default_read_paths([folder / "library"], [], [])
    uid = UID if os.geteuid() == 0 else None
    box = Sandbox(Policy(read, listed, scratch, uid=uid, memory_mb=MEMORY_MB))
    box.prepare()
    found = _in_child(lambda answer: _enters(box, prey, answer))
    if "refused" in found:
        raise SandboxError(found["refused"])
    return found


def _enters(box: Sandbox, prey: Prey, answer: int) -> dict[str, Any]:
    try:
        layers = box.enter([answer])
    except SandboxError as error:
        return {"refused": str(error)}
    return {"inside": _tries(prey), "layers": layers}


def _prey(folder: Path, port: int) -> Prey:
    folder.chmod(0o755)
    for name in ("scratch", "outside"):
        (folder / name).mkdir()
    (folder / "outside").chmod(0o777)
    secret = folder / "outside" / "secret"
    secret.write_text("secret")
    secret.chmod(0o666)
    return Prey(str(secret), str(folder / "outside"), os.open(secret, 0), port, os.getuid())


def _tries(prey: Prey) -> dict[str, bool]:
    """Which canaries can do their harm."""
    can = {}
    for name, canary in CANARIES.items():
        try:
            can[name] = canary.act(prey) is not False
        except (OSError, MemoryError):
            can[name] = False
    return can


def _in_child(function: Callable[[int], Any]) -> Any:
    """What the function returns in a process of its own; it is told the pipe to keep open."""
    answers, answer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(answer, json.dumps(function(answer)).encode())
        finally:
            os._exit(0)
    os.close(answer)
    with open(answers, encoding="utf-8") as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text)
