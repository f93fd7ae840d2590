"""What a command and everything that it starts use: time, processor time and memory. Linux only."""

import ctypes
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36  # see prctl(2): orphans become our children, so their time counts
EVERY_S = 0.2


@dataclass(frozen=True)
class Usage:
    """What a command and its descendants used."""

    seconds: float
    cpu_seconds: float
    peak_mb: float  # proportional set sizes added up, so that shared pages count once
    fork_mb: float  # the largest private memory of a process that was forked, but not exec'd
    load: float  # the machine's load average of the last minute, when it ended
    output: str


def run(command: list[str], cwd: Path, **environment: str) -> Usage:
    """Run `command` to its end and measure it; RuntimeError with its last words where it fails."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, start = _children_cpu(), time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        memory = Memory(process.pid)
        status = process.wait()
        seconds = time.perf_counter() - start
        memory.stop()
        _reap_orphans()
        output.seek(0)
        text = output.read()
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {status}:\n{text[-3000:]}")
    cpu_seconds, load = _children_cpu() - before, os.getloadavg()[0]
    return Usage(seconds, cpu_seconds, memory.peak_mb, memory.fork_mb, load, text)


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _reap_orphans(patience_s: float = 5.0) -> None:
    """Wait for what the command left running, and count its time."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)
        except ChildProcessError:
            return


class Memory(threading.Thread):
    """Looks at the memory of a process and its descendants until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak_mb = root, 0.0
        self.forks: dict[int, float] = {}  # private MB of processes that run their parent's program
        self.templates: set[int] = set()  # those that were forked from
        self.done = threading.Event()
        self.start()

    def run(self) -> None:
        """Take a sample now and then."""
        while not self.done.wait(EVERY_S):
            try:
                self._sample()
            except (OSError, psutil.Error):  # a process ended while we looked
                continue

    def stop(self) -> None:
        """End after the sample that is being taken."""
        self.done.set()
        self.join()

    @property
    def fork_mb(self) -> float:
        """The largest private memory of a fork from which nothing was forked in turn."""
        return max((mb for pid, mb in self.forks.items() if pid not in self.templates), default=0.0)

    def _sample(self) -> None:
        root = psutil.Process(self.root)
        commands = {p.pid: (p.ppid(), _cmdline(p.pid)) for p in root.children(recursive=True)}
        sizes = {pid: _sizes(pid) for pid in (self.root, *commands)}
        self.peak_mb = max(self.peak_mb, sum(pss for pss, _ in sizes.values()))
        for pid, (parent, command) in commands.items():
            if commands.get(parent, (0, b""))[1] == command:
                self.templates.add(parent)
                self.forks[pid] = max(self.forks.get(pid, 0.0), sizes[pid][1])


def _cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return str(pid).encode()


def _sizes(pid: int) -> tuple[float, float]:
    """Proportional and private memory of a process in MB; nothing where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0.0, 0.0
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    private = kilobytes.get("Private_Clean", 0) + kilobytes.get("Private_Dirty", 0)
    return kilobytes.get("Pss", 0) / 1024, private / 1024
