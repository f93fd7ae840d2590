"""Grade many submissions at once: `submit(jobs)` gives attempts back as they end.

`Local` runs worker processes on this machine, `remote.Dask` on a cluster. Both replace a worker
that dies; a submission that kills its worker three times becomes a broken attempt.
"""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol, Self

from grader import fingerprint
from grader.attempt import Attempt, Job, Limits
from grader.course import Course, GradingError
from grader.engine.sandbox import SandboxError

TRIES = 3  # for a submission whose worker dies
AHEAD = 2  # jobs on their way for each worker, so that none waits for the journal
KILLER = "the process that graded it died three times: does the work end processes or fill memory?"


class GradingProcess(Protocol):
    """A grading process, as its owner sees it."""

    def grade(self, job: Job, into: str) -> Attempt:
        """Grade one submission, its notebook into gradebook/`into`; any error: it is lost."""

    def close(self) -> None:
        """End the process, from any thread, also while it grades."""


class Scheduler(Protocol):
    """Where submissions are graded; use it in a `with` statement."""

    def submit(self, jobs: Iterable[Job]) -> Iterator[Attempt]:
        """Grade each of the jobs; the attempts come as they end."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


@dataclass(frozen=True)
class Setting:
    """What a worker is started with: plain data, the same on every machine."""

    root: Path  # the course's folder
    assignment: str
    limits: Limits = field(default_factory=Limits)
    unsafe: bool = False  # without a sandbox
    into: str = "autograded"  # the folder in gradebook/ for the graded notebooks
    source: str = ""  # sha256 of what the checks are; a worker with another one is replaced
    worker: str = "grader.engine.worker:Worker"  # module:class

    def start(self) -> GradingProcess:
        """Start a worker; what keeps it from starting is raised."""
        module, name = self.worker.split(":")
        make = getattr(import_module(module), name)
        course = Course(self.root)
        return make(course, self.assignment, self.limits, unsafe=self.unsafe)


class Stopped(Exception):
    """Grading was stopped while the job ran."""


class Seat:
    """The place of one worker: it is started for the first job and replaced when it dies."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._worker: GradingProcess | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def grade(self, job: Job) -> Attempt:
        """Grade `job`, with another worker where one dies; Stopped after `stop`."""
        check(self.setting, job)
        fault: Exception | None = None
        for _ in range(TRIES):
            worker = self._running()
            try:
                return worker.grade(job, into=self.setting.into)
            except SandboxError:
                raise
            except Exception as error:  # whatever it is, the process cannot be trusted any more
                fault = error
                self._drop()
        return killed(job, fault)

    def stop(self) -> None:
        """End the worker for good; may be called from another thread."""
        self._stopped = True
        self._drop()

    def _running(self) -> GradingProcess:
        with self._lock:
            if self._worker is None and not self._stopped:
                self._worker = self.setting.start()
            if self._stopped or self._worker is None:
                raise Stopped
            return self._worker

    def _drop(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.close()
            self._worker = None


def check(setting: Setting, job: Job) -> None:
    """Raise GradingError where this machine does not see the notebook that `job` means."""
    if not job.submission:
        return
    path = Course(setting.root).submitted(job.assignment, job.student)
    try:
        found = fingerprint.of(path.read_bytes())
    except OSError as error:
        raise GradingError(f"{path}: {error.strerror}; every worker must see this folder") from None
    if found != job.submission:
        raise GradingError(f"{path} has changed since it was collected: run the command again")


def killed(job: Job, fault: Exception | None = None) -> Attempt:
    """The record of a submission whose worker died every time."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    notes = [f"{type(fault).__name__}: {fault}"] if fault else []
    return Attempt(
        job.assignment,
        job.student,
        job.number,
        "broken",
        reason=KILLER,
        notes=notes,
        started=now,
        submission=job.submission,
    )


class Local:
    """GradingProcess processes on this machine, each owned by a thread."""

    def __init__(self, setting: Setting, workers: int = 2) -> None:
        self.workers = workers
        self._seats = [Seat(setting) for _ in range(workers)]
        self._free: SimpleQueue[Seat] = SimpleQueue()
        for seat in self._seats:
            self._free.put(seat)
        self._threads = ThreadPoolExecutor(workers, "grader")

    def submit(self, jobs: Iterable[Job]) -> Iterator[Attempt]:
        """Grade each of the jobs; the attempts come as they end."""
        jobs = iter(jobs)
        running = {self._send(job) for job in islice(jobs, AHEAD * self.workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {self._send(job) for job in islice(jobs, len(done))}
            for future in done:
                yield future.result()

    def _send(self, job: Job) -> "Future[Attempt]":
        return self._threads.submit(self._grade, job)

    def _grade(self, job: Job) -> Attempt:
        seat = self._free.get()
        try:
            return seat.grade(job)
        finally:
            self._free.put(seat)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End all workers, also those that are grading."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for seat in self._seats:
            seat.stop()
        self._threads.shutdown()
