"""Grade on a dask cluster: ids and hashes travel, the files lie in a folder that all machines see.

A task is a small batch of jobs. Each thread of a dask worker keeps one grading process running,
for as long as it is asked for the same assignment. Few batches are on their way at a time. Where
a dask worker dies, the jobs that it had are sent again one by one; one that loses its worker a
second time is sent alone, at the end, and the third time it becomes a broken attempt. How to start
a cluster: grader/cluster/README.md.
"""

import signal
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import ModuleType
from typing import Any, Self

from grader.attempt import Attempt, Job
from grader.course import GradingError
from grader.engine.sandbox import SandboxError
from grader.scheduler import AHEAD, TRIES, Seat, Setting, killed

BATCH = 4  # jobs in one task: small beside the time that they take, and fair at the end
CONNECT_S = 10.0  # until a cluster's scheduler answers
PATIENCE_S = 60.0  # until it has a worker
LOCAL = "local"  # the address that means: start a cluster on this machine

_here = threading.local()


def grade_batch(setting: Setting, jobs: list[Job]) -> list[Attempt]:
    """Grade `jobs` in this thread of a dask worker, with the grading process that it keeps."""
    seat = getattr(_here, "seat", None)
    if seat is None or seat.setting != setting:
        if seat is not None:
            seat.stop()
        seat = _here.seat = Seat(setting)
    return [seat.grade(job) for job in jobs]


class Jobs:
    """What is still to be sent, in batches; jobs that lost a worker come later and alone."""

    def __init__(self, jobs: Iterable[Job], size: int) -> None:
        self._first, self._size = iter(jobs), size
        self._again: deque[Job] = deque()
        self._last: deque[Job] = deque()
        self._lost: Counter[Job] = Counter()

    def batch(self, idle: bool) -> list[Job]:
        """The next batch, empty for none; `idle`: nothing else is on its way."""
        if self._again:
            return [self._again.popleft()]
        batch = list(islice(self._first, self._size))
        return [self._last.popleft()] if not batch and self._last and idle else batch

    def lose(self, batch: list[Job]) -> list[Job]:
        """Take back a batch whose worker died; returns what has lost its last one."""
        self._lost.update(batch)
        for job in batch:
            if self._lost[job] < TRIES:
                (self._again if self._lost[job] == 1 else self._last).append(job)
        return [job for job in batch if self._lost[job] >= TRIES]


class Dask:
    """A dask cluster, at an address or started on this machine with `workers` processes."""

    def __init__(self, setting: Setting, address: str, workers: int = 2) -> None:
        self.setting, self.address = setting, address
        self._dask = distributed()
        self._cluster = local_cluster(self._dask, workers) if address == LOCAL else None
        try:
            self._client = self._connect()
        except BaseException:
            self._end_cluster()
            raise

    def _connect(self) -> Any:
        try:
            client = self._dask.Client(
                self._cluster or self.address, timeout=CONNECT_S, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise GradingError(f"no dask scheduler answers at {self.address}: {error}") from None
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError:
            client.close()
            raise GradingError(f"the cluster at {self.address} has no worker") from None
        return client

    def submit(self, jobs: Iterable[Job]) -> Iterator[Attempt]:
        """Grade each of the jobs; the attempts come as they end."""
        jobs = list(jobs)
        todo = Jobs(jobs, self._batch_size(len(jobs)))
        ended = self._dask.as_completed(loop=self._client.loop)
        sent: dict[Any, list[Job]] = {}
        self._fill(todo, ended, sent)
        for future in ended:
            batch = sent.pop(future)
            if future.status == "lost":  # graded, but its worker died with it: dask grades it again
                sent[future] = batch
                ended.add(future)
                continue
            if future.status == "finished":
                yield from future.result()
            else:
                yield from map(killed, todo.lose(self._survived(future, batch)))
            self._fill(todo, ended, sent)

    def _fill(self, todo: Jobs, ended: Any, sent: dict[Any, list[Job]]) -> None:
        """Send batches until every thread of the cluster has enough."""
        room = AHEAD * max(1, self._threads())
        while len(sent) < room and (batch := todo.batch(idle=not sent)):
            future = self._client.submit(grade_batch, self.setting, batch, pure=False, retries=0)
            sent[future] = batch
            ended.add(future)

    def _survived(self, future: Any, batch: list[Job]) -> list[Job]:
        """The batch, where its worker died; any other failure is the instructor's to mend."""
        if future.status != "error":
            raise GradingError(f"the cluster at {self.address} went away: run the command again")
        error = future.exception()
        if isinstance(error, self._dask.KilledWorker):
            return batch
        if isinstance(error, GradingError | SandboxError):
            raise error
        fault = f"{type(error).__name__}: {error}"
        raise GradingError(f"a worker of the cluster at {self.address} cannot grade: {fault}")

    def _batch_size(self, jobs: int) -> int:
        """Small enough that every thread gets several batches."""
        return min(BATCH, max(1, jobs // (8 * max(1, self._threads()))))

    def _threads(self) -> int:
        return sum(self._client.nthreads().values())

    def _end_cluster(self) -> None:
        if self._cluster:
            self._cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the cluster, which forgets what it has not begun; end it where it is ours."""
        self._client.close()
        self._end_cluster()


def distributed() -> ModuleType:
    """The package `distributed`; GradingError where it is not installed."""
    try:
        import distributed
    except ImportError:
        raise GradingError(
            "a cluster needs more packages: "
            ".venv/bin/pip install -c constraints.txt -r requirements-cluster.txt"
        ) from None
    return distributed


def local_cluster(dask: ModuleType, workers: int) -> Any:
    """A cluster of processes on this machine that nobody else can connect to."""
    import dask as settings

    # A task is sent again by `Jobs`, which knows what else its worker had.
    settings.config.set({"distributed.scheduler.allowed-failures": 0})
    with _uninterrupted():
        return dask.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            security=True,  # certificates of its own: other users of the machine stay out
            dashboard_address="127.0.0.1:0",  # any free port: several may run on one machine
            memory_limit=0,  # students' processes have limits of their own
            silence_logs="CRITICAL",
        )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started here ignore Ctrl-C at the terminal: their owner ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)
