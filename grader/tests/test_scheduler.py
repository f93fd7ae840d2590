"""Many submissions at once: on this machine and on a cluster, with workers that die."""

import hashlib
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from grader import remote, scheduler
from grader.attempt import Attempt, Job
from grader.course import Course, GradingError
from grader.scheduler import Local, Setting

TESTS = Path(__file__).parent
NAME = "01_tally"


@pytest.fixture
def setting(tmp_path) -> Setting:
    return Setting(tmp_path, NAME, worker="fake_worker:FakeWorker")


def jobs(*students: str) -> list[Job]:
    return [Job(NAME, student) for student in students]


def many(count: int) -> list[Job]:
    return jobs(*(f"s{number:03d}" for number in range(count)))


def status(attempts: list[Attempt]) -> dict[str, str]:
    """The status of each student; none may come twice."""
    assert max(Counter(a.student for a in attempts).values()) == 1
    return {a.student: a.status for a in attempts}


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text().split()


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def soon(true: object, seconds: float = 60) -> bool:
    """Whether `true()` becomes so within some seconds."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(true())


def test_every_job_gives_one_attempt(setting, tmp_path):
    with Local(setting, 2) as local:
        attempts = list(local.submit(many(20)))
    assert status(attempts) == {job.student: "graded" for job in many(20)}
    assert len(lines(tmp_path, "started")) == 2


def test_few_jobs_start_few_workers(setting, tmp_path):
    with Local(setting, 4) as local:
        assert len(list(local.submit(many(1)))) == 1
    assert len(lines(tmp_path, "started")) == 1


def test_jobs_are_taken_as_they_are_needed(setting):
    taken = []
    source = (taken.append(job) or job for job in many(50))
    with Local(setting, 2) as local:
        next(local.submit(source))
    assert len(taken) <= 2 * scheduler.AHEAD + 2


def test_submission_that_kills_its_worker_becomes_a_record(setting, tmp_path):
    with Local(setting, 2) as local:
        attempts = list(local.submit([*jobs("killer"), *many(8)]))
    assert status(attempts) == {"killer": "broken"} | {job.student: "graded" for job in many(8)}
    assert Counter(lines(tmp_path, "graded"))["killer"] == scheduler.TRIES
    assert "died three times" in next(a.reason for a in attempts if a.status == "broken")


def test_worker_that_dies_once_costs_its_submission_nothing(setting):
    with Local(setting, 2) as local:
        assert status(list(local.submit(jobs("unlucky", "a", "b")))) == {
            "unlucky": "graded",
            "a": "graded",
            "b": "graded",
        }


def test_worker_that_cannot_start_ends_the_run_with_the_reason(tmp_path):
    setting = Setting(tmp_path, "no_sandbox", worker="fake_worker:FakeWorker")
    with Local(setting, 2) as local, pytest.raises(GradingError, match="no sandbox"):
        list(local.submit([Job("no_sandbox", "ada")]))


def test_run_that_is_left_early_ends_its_workers(setting, tmp_path):
    started = time.monotonic()
    with Local(setting, 2) as local:
        attempts = local.submit(jobs("a", "slow"))
        assert next(attempts).student == "a"
    assert time.monotonic() - started < 300  # not the ten minutes of the slow one
    assert not [pid for pid in lines(tmp_path, "started") if alive(int(pid))]


def test_notebook_that_is_not_the_one_meant_is_not_graded(setting, tmp_path):
    path = Course(tmp_path).private("submitted", "ada", NAME, f"{NAME}.ipynb")
    path.parent.mkdir(parents=True)
    path.write_text("now")
    digest = hashlib.sha256(b"now").hexdigest()
    with Local(setting, 1) as local:
        assert len(list(local.submit([Job(NAME, "ada", 1, digest)]))) == 1
        with pytest.raises(GradingError, match="changed since it was collected"):
            list(local.submit([Job(NAME, "ada", 2, hashlib.sha256(b"then").hexdigest())]))
        with pytest.raises(GradingError, match="every worker must see this folder"):
            list(local.submit([Job(NAME, "bob", 1, digest)]))


# A cluster of processes on loopback


@pytest.fixture
def cluster_path(monkeypatch):
    """Workers of a cluster find the fake worker."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS.parent), str(TESTS)]))


@pytest.fixture
def dask(setting, cluster_path):
    with remote.Dask(setting, remote.LOCAL, workers=2) as cluster:
        yield cluster


def test_cluster_grades_every_job_once_though_workers_are_killed(dask, tmp_path):
    attempts = dask.submit([*many(120), *jobs("host-killer", "killer")])
    first = next(attempts)
    os.kill(int(first.worker), signal.SIGKILL)
    rest = list(attempts)
    expected = {job.student: "graded" for job in many(120)}
    expected |= {"host-killer": "broken", "killer": "broken"}
    assert status([first, *rest]) == expected
    times = Counter(lines(tmp_path, "graded"))
    assert times["killer"] >= scheduler.TRIES
    assert times["host-killer"] == scheduler.TRIES  # once among others, then alone
    assert len({a.worker for a in [first, *rest]}) >= 3  # two and the replacement
    assert soon(lambda: sum(alive(int(pid)) for pid in lines(tmp_path, "started")) <= 2)


def test_what_a_dead_worker_of_a_cluster_had_not_handed_over_is_graded_again(dask, tmp_path):
    attempts = dask.submit(many(40))
    first = next(attempts)
    assert soon(lambda: len(lines(tmp_path, "graded")) == 40)  # all, of which one was handed over
    os.kill(int(first.worker), signal.SIGKILL)
    assert soon(lambda: len(lines(tmp_path, "graded")) > 40)
    graded = [first, *attempts]
    assert status(graded) == {job.student: "graded" for job in many(40)}
    assert len(graded) == 40


def test_address_without_a_cluster_is_named(setting, monkeypatch):
    monkeypatch.setattr(remote, "CONNECT_S", 0.5)
    with pytest.raises(GradingError, match=r"no dask scheduler answers at tcp://127.0.0.1:9"):
        remote.Dask(setting, "tcp://127.0.0.1:9")


def test_cluster_whose_worker_cannot_start_says_why(tmp_path, cluster_path):
    setting = Setting(tmp_path, "no_sandbox", worker="fake_worker:FakeWorker")
    missing = Setting(tmp_path, NAME, worker="no_such_module:Worker")
    for wrong, reason in [(setting, "no sandbox"), (missing, "No module named 'no_such_module'")]:
        with (
            remote.Dask(wrong, remote.LOCAL, workers=1) as cluster,
            pytest.raises(GradingError, match=reason),
        ):
            list(cluster.submit([Job(wrong.assignment, "ada")]))


def test_missing_package_is_named(setting, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(GradingError, match=r"requirements-cluster\.txt"):
        remote.Dask(setting, remote.LOCAL)
