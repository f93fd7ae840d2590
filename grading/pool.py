"""Run one function for many students, each in a process of its own that may hang or die."""

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

PASSED_ON = ("MINILLM_COURSE", "MINILLM_GRADEBOOK_URL", "MINILLM_CELL_TIMEOUT", "PATH")


@dataclass
class Result:
    """How the function ended for one student."""

    student: str
    value: Any = None  # what it returned
    fault: str = ""  # else why it did not, in words for the student
    seconds: float = 0.0


@dataclass
class _Job:
    student: str
    process: multiprocessing.process.BaseProcess
    started: float


def run(
    function: Callable[..., Any], rows: Sequence[tuple], jobs: int, limit_s: float, log: Path
) -> Iterator[Result]:
    """Call `function(*row)` for every row, whose first item is the student; yield as they end.

    At most `jobs` run at once. One that runs for more than `limit_s` seconds is killed with all
    processes that it started. What they print goes to the end of the file `log`.
    """
    todo, running = list(rows), {}
    while todo or running:
        while todo and len(running) < jobs:
            receiver, job = _start(function, todo.pop(0), log)
            running[receiver] = job
        now = time.monotonic()
        deadline = min(job.started + limit_s for job in running.values())
        ready = wait(list(running), timeout=max(0.0, deadline - now))
        late = [r for r, job in running.items() if time.monotonic() > job.started + limit_s]
        for receiver in {*ready, *late}:
            yield _finish(receiver, running.pop(receiver), receiver in ready, limit_s)


def _context() -> multiprocessing.context.BaseContext:
    """Fresh processes, from a server with nbgrader imported where the system has such servers."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["grading.autograde", "grading.feedback", "tools.variants"])
    return context


def _start(function: Callable[..., Any], row: tuple, log: Path) -> tuple[Connection, _Job]:
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    environment = {name: os.environ.get(name, "") for name in PASSED_ON}
    process = context.Process(target=_work, args=(sender, environment, log, function, row))
    process.start()
    sender.close()
    return receiver, _Job(row[0], process, time.monotonic())


def _work(
    sender: Connection, environment: dict, log: Path, function: Callable[..., Any], row: tuple
) -> None:
    """Body of a process: its output goes to the log, the function's value to `sender`."""
    os.environ.update(environment)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sender.send(function(*row))


def _finish(receiver: Connection, job: _Job, ready: bool, limit_s: float) -> Result:
    result = Result(job.student, seconds=time.monotonic() - job.started)
    try:
        if ready:
            result.value = receiver.recv()
        else:
            result.fault = f"it ran for more than {limit_s:g} s and was stopped: an endless loop?"
    except EOFError:
        result.fault = "the process that graded it died"
    _end(job.process, patience_s=5 if ready else 0)
    receiver.close()
    return result


def _end(process: multiprocessing.process.BaseProcess, patience_s: float) -> None:
    """Wait for `process` to end; after `patience_s` seconds kill it and all that it started."""
    process.join(patience_s)
    if process.is_alive():
        for member in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        process.kill()
        process.join()
