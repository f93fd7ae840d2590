"""Run one function for many students, each in a process of its own that may hang or die."""

import contextlib
import multiprocessing
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

PASSED_ON = ("MINILLM_COURSE", "MINILLM_GRADEBOOK_URL", "MINILLM_CELL_TIMEOUT", "PATH")
TOKEN = "MINILLM_JOB"  # the environment variable by which a job's processes are known
ROUNDS = 20  # of killing what a job left, which may start more meanwhile


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
    token: str
    started: float


def run(
    function: Callable[..., Any], rows: Sequence[tuple], jobs: int, limit_s: float, log: Path
) -> Iterator[Result]:
    """Call `function(*row)` for every row, whose first item is the student; yield as they end.

    At most `jobs` run at once. One that runs for more than `limit_s` seconds is killed. What a job
    started and left behind is killed with it. What they print goes to the end of the file `log`.
    """
    todo, running = list(rows), {}
    try:
        while todo or running:
            while todo and len(running) < jobs:
                receiver, job = _start(function, todo.pop(0), log)
                running[receiver] = job
            for receiver, in_time in _ended(running, limit_s):
                yield _finish(receiver, running.pop(receiver), in_time, limit_s)
    finally:  # also where the caller is interrupted
        for job in running.values():
            _end(job, patience_s=0)


def _ended(running: dict[Connection, _Job], limit_s: float) -> list[tuple[Connection, bool]]:
    """Wait until a job ends or its time is over; returns such jobs, and whether they were in time.

    The time of a job that has not ended is over `limit_s` seconds after its start.
    """
    deadline = min(job.started for job in running.values()) + limit_s
    ready = wait(list(running), timeout=max(0.0, deadline - time.monotonic()))
    late = [r for r, job in running.items() if time.monotonic() > job.started + limit_s]
    return [(receiver, receiver in ready) for receiver in {*ready, *late}]


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
    token = uuid.uuid4().hex
    environment = {name: os.environ.get(name, "") for name in PASSED_ON} | {TOKEN: token}
    process = context.Process(target=_work, args=(sender, environment, log, function, row))
    process.start()
    sender.close()
    return receiver, _Job(row[0], process, token, time.monotonic())


def _work(
    sender: Connection, environment: dict, log: Path, function: Callable[..., Any], row: tuple
) -> None:
    """Body of a process: its output goes to the log, the function's value to `sender`."""
    os.setsid()  # who kills their process group kills no other submission
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
        result.fault = "the process that graded it died: does the work end processes?"
    _end(job, patience_s=5 if ready else 0)
    receiver.close()
    return result


def _end(job: _Job, patience_s: float) -> None:
    """Wait for a job's process to end, kill it after `patience_s` seconds, then what it left."""
    job.process.join(patience_s)
    job.process.kill()
    job.process.join()
    for _ in range(ROUNDS):
        left = list(_processes(job.token))
        if not left:
            return
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _processes(token: str) -> Iterator[psutil.Process]:
    """Programs that a job started, even where they left its process group and session."""
    for process in psutil.process_iter(["environ", "status"]):
        known = (process.info["environ"] or {}).get(TOKEN) == token
        if known and process.info["status"] != psutil.STATUS_ZOMBIE:
            yield process
