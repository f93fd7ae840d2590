"""Grade on a dask cluster: ids and hashes travel, the files lie in a folder that all machines see.

Each thread of a dask worker keeps one grading process running, for as long as it is asked for the
same assignment. Where a dask worker dies, the jobs that it had are sent again at the end, each
alone, so that nobody else pays; one that loses its worker three times becomes a broken attempt.
How to start a cluster: grader/cluster/README.md.
"""

import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Self

from grader.attempt import Attempt, Job
from grader.course import GradingError
from grader.engine.sandbox import SandboxError
from grader.scheduler import TRIES, Seat, Setting, killed

CONNECT_S = 10.0  # until a cluster's scheduler answers
PATIENCE_S = 60.0  # until it has a worker
LOCAL = "local"  # the address that means: start a cluster on this machine

_here = threading.local()


def grade_one(job: Job, setting: Setting) -> Attempt:
    """Grade `job` in this thread of a dask worker, with the grading process that it keeps."""
    seat = getattr(_here, "seat", None)
    if seat is None or seat.setting != setting:
        if seat is not None:
            seat.stop()
        seat = _here.seat = Seat(setting)
    return seat.grade(job)


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
        lost = yield from self._grade(list(jobs))
        for job in lost:
            for _ in range(TRIES - 1):
                if not (yield from self._grade([job])):
                    break
            else:
                yield killed(job)

    def _grade(self, jobs: list[Job]) -> Generator[Attempt, None, list[Job]]:
        """Grade jobs at once; returns those whose worker died."""
        futures = self._client.map(grade_one, jobs, setting=self.setting, pure=False, retries=0)
        sent, lost = dict(zip(futures, jobs, strict=True)), []
        del futures  # the cluster keeps a result for as long as somebody has its future
        for future in self._dask.as_completed(list(sent), loop=self._client.loop):
            job = sent.pop(future)
            try:
                attempt = future.result()  # graded again where its worker died with it
            except self._dask.KilledWorker:
                lost.append(job)
                continue
            except self._dask.CancelledError:
                message = f"the cluster at {self.address} went away: run the command again"
                raise GradingError(message) from None
            except (GradingError, SandboxError):
                raise
            except Exception as error:
                fault = f"{type(error).__name__}: {error}"
                message = f"a worker of the cluster at {self.address} cannot grade: {fault}"
                raise GradingError(message) from None
            yield attempt
        return lost

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

    # What a dead worker had is sent again by `Dask.submit`, alone.
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
