"""Run the snippets of grader/tests/malicious/ and look at what they were not to touch.

`contain.py SETTING` prints a JSON object a line for each: its name, and what it did
of what it should not have been able to do. Settings: "namespaces", "bare" (Landlock and seccomp
alone), "old" (Linux 5.13, without namespaces) and "free" (no sandbox: the snippets must succeed).

Snippets that fill the disk wait then. Where the kernel limits the folder they don't come so far.
Elsewhere nothing is promised of how far they come: whoever counts must notice and kill them.

A snippet sees names in capitals: SCRATCH and OUTSIDE (folders), GRADEBOOK, CLASSMATE, SOLUTION,
SUBMITTED and LIBRARY (paths), EXAMINER and ZYGOTE (processes), ADDRESS (of the examiner's secret),
PORT and SOCKET (where somebody listens), TAG (Python's version), SPARE (threads of the user's other
processes that the sandbox must leave room for).
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from grader.engine.namespaces import enter_namespaces, mount_scratch
from grader.engine.readable import default_read_paths
from grader.engine.sandbox import Policy, Sandbox
from grader.engine.scratch import scratch_size
from grader.tests.ordinary_user import come_first
from grader.tests.prey import Prey

FOLDER = Path(__file__).parent / "malicious"
TIME_S, HANG_S = 30.0, 4.0  # then it is killed; what would hang, sooner
ENOUGH_MB = 48  # of files: more need not be counted
MEMORY_MB, DISK_MB, FILE_MB, CPU_S = 300, 16, 8, 1
WATCHED = ("bare", "old")  # no kernel limits the folder then: whoever fills it is killed
MARK = "SNIPPET_OF"  # the environment variable by which all processes of a run are known
UID = 61_999
CANARIES = {
    "none of the secrets is printed": "secrets",
    "every file is as it was": "files",
    "nobody listening hears of it": "listener",
    "the examiner and the zygote live": "processes",
    "no process is left": "orphans",
    "it ends by itself in time": "time",
    "its memory stays within the limit": "memory",
    "its processor time stays within the limit": "processor",
    "its files stay within the limit": "disk",
    'it never prints "escaped"': "claims",
}


def snippets() -> list[str]:
    """Names of all snippets."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def canary(name: str) -> str:
    """Which canary must live for the snippet to be contained."""
    text = (FOLDER / f"{name}.py").read_text()
    return CANARIES[re.search(r"^contained: (.+)$", text, re.MULTILINE)[1]]


def may_run_free(name: str) -> bool:
    """Whether the snippet does no harm, and succeeds, without the sandbox."""
    return "\nnever run without the sandbox: " not in (FOLDER / f"{name}.py").read_text()


class Run:
    """One snippet, run by a zygote of its own as the engine does it."""

    def __init__(self, name: str, setting: str, prey: Prey) -> None:
        self.name, self.setting, self.prey = name, setting, prey
        # Without the sandbox a zygote can be stopped by what it watches; it never ends then.
        hanging = {"time", "claims", "processes"} if setting == "free" else {"time"}
        self.time_s = HANG_S if canary(name) in hanging else TIME_S
        self.source = (FOLDER / f"{name}.py").read_text()
        self.scratch = tempfile.mkdtemp(prefix="scratch-")
        self.out, self._out = os.pipe()
        self.report, self._report = os.pipe()

    def verdict(self) -> dict[str, object]:
        """Run it; returns for every canary whether it is dead, and what there was to see."""
        before, heard = self.prey.files(), self.prey.listener.heard
        zygote = os.fork()
        if zygote == 0:
            self._be_zygote()
        os.close(self._out)
        os.close(self._report)
        watchdog = threading.Timer(self.time_s + 1, os.kill, (zygote, signal.SIGKILL))
        watchdog.start()  # where a snippet stopped the zygote
        status = os.waitpid(zygote, 0)[1]
        watchdog.cancel()
        report = json.loads(_drain(self.report) or "{}")
        printed = _drain(self.out)
        words = [*self.prey.secrets.values(), "root:x:0:0:"]
        known = {os.getpid(), self.prey.examiner.pid}
        left = _orphans_after_a_while(known)
        # On a busy machine it takes a moment until a death or a call is noticed.
        patience = 5 if self.setting == "free" else 0
        if canary(self.name) in ("listener", "processes"):
            _wait(patience, lambda: status or self._is_noticed(heard))
        is_limited = self.setting not in WATCHED
        dead = {
            "secrets": any(word in printed for word in words),
            "files": self.prey.files() != before,
            "listener": self.prey.listener.heard != heard,
            "processes": status != 0 or self.prey.examiner.poll() is not None,
            "orphans": bool(left),
            "time": report.get("seconds", 0) >= self.time_s,
            "processor": report.get("cpu_s", 0) > CPU_S + 0.5,
            "memory": report.get("memory_mb", 0) > MEMORY_MB,
            "disk": is_limited and report.get("disk_mb", 0) > DISK_MB + 2 * FILE_MB,
            "claims": "escaped" in printed,
        }
        shutil.rmtree(self.scratch, ignore_errors=True)
        return {"name": self.name, "dead": dead, "printed": printed[-500:], **report}

    def _is_noticed(self, heard: int) -> bool:
        """Whether the examiner is dead, or the listener has heard more than `heard`."""
        return self.prey.examiner.poll() is not None or self.prey.listener.heard != heard

    def _be_zygote(self) -> None:
        """Prepare the sandbox, fork the student's process, end it when it does not end."""
        status = 1
        try:
            os.dup2(os.open(self.prey.folder / "source/hw.ipynb", os.O_RDONLY), 40)  # left open
            if self.setting == "namespaces":
                enter_namespaces()
                mount_scratch(self.scratch, DISK_MB)
            sandbox = None if self.setting == "free" else self._sandbox()
            started, zygote = time.monotonic(), os.getpid()
            student = os.fork()
            if student == 0:
                self._be_student(sandbox, zygote)
            report = self._watch(student, started)
            os.write(self._report, json.dumps(report).encode())
            status = 0
        finally:
            os._exit(status)

    def _sandbox(self) -> Sandbox:
        read, listed = default_read_paths([self.prey.folder / "library"], ["library.answers"], [])
        policy = Policy(
            read,
            listed,
            self.scratch,
            uid=UID if os.geteuid() == 0 else None,
            memory_mb=MEMORY_MB - 100,
            file_mb=FILE_MB,
            cpu_s=CPU_S,
        )
        sandbox = Sandbox(policy, abi=1 if self.setting == "old" else None)
        sandbox.prepare()
        return sandbox

    def _be_student(self, sandbox: Sandbox | None, zygote: int) -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            names = {**self.prey.names(self.scratch), "ZYGOTE": zygote, "__name__": "__main__"}
            os.chdir(self.scratch)
            if sandbox:
                sandbox.enter([self._out])
            os.dup2(self._out, 1)
            os.dup2(self._out, 2)
            sys.stdout = open(1, "w", closefd=False, errors="replace")  # noqa: SIM115
            exec(compile(self.source, self.name, "exec"), names)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}")
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
            os._exit(0)

    def _watch(self, student: int, started: float) -> dict[str, object]:
        """What the student's process used; it is killed for its time or for a full disk."""
        disk = 0
        while True:
            ended, status, usage = os.wait4(student, os.WNOHANG)
            seconds = time.monotonic() - started
            if ended:
                return {
                    "seconds": round(seconds, 3),
                    "cpu_s": usage.ru_utime + usage.ru_stime,
                    "status": status,
                    "memory_mb": usage.ru_maxrss >> 10,
                    "disk_mb": disk >> 20,
                }
            disk = max(disk, scratch_size(self.scratch, ENOUGH_MB << 20, student))
            too_much = disk > (ENOUGH_MB if self.setting == "free" else DISK_MB) << 20
            spins = _processor_s(student) > CPU_S + 0.6
            if seconds > self.time_s or too_much or spins:
                os.kill(student, signal.SIGKILL)
            time.sleep(0.002)  # within 10 ms 20 MB can be written


def _processor_s(pid: int) -> float:
    """Processor time of a running process, in seconds, by the clock that the kernel keeps of it."""
    return time.clock_gettime(~pid << 3 | 2)


def _drain(descriptor: int) -> str:
    """What waits in a pipe; a process that was left may have it open still."""
    os.set_blocking(descriptor, False)
    chunks = []
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(descriptor, 1 << 16):
            chunks.append(chunk)
    os.close(descriptor)
    return b"".join(chunks).decode(errors="replace")


def _wait(seconds: float, until: Callable[[], object]) -> None:
    """Wait until something is true, at most so long."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        time.sleep(0.05)


def _orphans_after_a_while(known: set[int]) -> list[int]:
    """Processes of this run that stay and should not; killed then. Mostly they end at once."""
    time.sleep(0.05)
    _wait(20, lambda: not _orphans(known))
    found = _orphans(known)
    for process in found:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
    return found


def _orphans(known: set[int]) -> list[int]:
    """Processes that were started in this run, but those that belong to it."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(path.name) not in known and mark in (path / "environ").read_bytes():
                found.append(int(path.name))
    return found


def main(setting: str, *names: str) -> None:
    """Run the snippets, all that this setting allows where none is named."""
    come_first()  # the watcher looks in time, however busy the machine is
    allowed = [name for name in snippets() if setting != "free" or may_run_free(name)]
    prey = Prey()
    try:
        for name in names or allowed:
            verdict = Run(name, setting, prey).verdict()
            print(json.dumps(verdict), flush=True)
            if verdict["dead"]["files"] or verdict["dead"]["processes"]:
                prey.end()
                prey = Prey()
    finally:
        prey.end()


if __name__ == "__main__":
    if (
        MARK not in os.environ
    ):  # it must be there before the interpreter starts, to be seen in /proc
        os.environ[MARK] = secrets.token_hex(8)
        os.execv(sys.executable, [sys.executable, __file__, *sys.argv[1:]])
    main(*sys.argv[1:])
