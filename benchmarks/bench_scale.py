"""Where the next bottleneck is: a class of 100,000, graded by workers that make attempts up.

    python benchmarks/bench_scale.py --submissions 100000 --out benchmarks/results/scale.md

Everything but the checks is real: class list, journal, gradebook (SQLite, and PostgreSQL where it
is installed), threads, feedback, export, report. The submissions are one notebook under many names.
What is measured on a sample says so. The report is printed; `--out FILE` keeps it.
"""

import argparse
import contextlib
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

import nbformat
import psutil

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "grader" / "tests")]

import postgres  # noqa: E402

from benchmarks.canned_worker import CannedWorker  # noqa: E402
from grader import autograde, collect, feedback, release, remote, roster  # noqa: E402
from grader.attempt import Attempt, Job, Limits  # noqa: E402
from grader.authoring.variants import submission  # noqa: E402
from grader.course import Course  # noqa: E402
from grader.export import FORMS, export  # noqa: E402
from grader.gradebook import GradebookWriter  # noqa: E402
from grader.journal import Collected, Journal  # noqa: E402
from grader.report import report  # noqa: E402
from grader.scheduler import Local, Setting  # noqa: E402
from grader.screen import Screen  # noqa: E402

NAME = "01_tally"
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"
LINKS = 30_000  # names that one file gets
SAMPLE = 500  # submissions for what is measured on a sample
WAITING, WAIT_S = 128, 0.1  # submissions of the cluster, seconds that each takes
TEXT = """\
# A class of {submissions:,}: where the next bottleneck is

{today}; {cores} cores, {processor}; Python {python}; load average {load:.1f} at the start. Made by
`benchmarks/bench_scale.py`.

The checks are not run: workers return made-up attempts of {checks} checks as fast as one asks, so
that all the rest shows its own speed. `autograde` is the whole step as it runs for a class; the
lines below it are its parts, measured within it: they wait for each other and for the disk.
PostgreSQL is filled from the journal, as after the loss of a gradebook. CPU is that of the command
itself; on a machine that does other things it says more than the seconds on the clock.

| stage | submissions | seconds | CPU seconds | a second | CPU for 100,000 |
|---|---:|---:|---:|---:|---:|
{rows}

| size | |
|---|---:|
{sizes}

A dask cluster on this machine, {waiting} submissions that wait {wait_s:g} s each: one worker
{one:.1f} s, two {two:.1f} s, {ratio:.2f} times as fast. Waiting leaves the processor alone: the
rest of the time is what dask costs.

Memory of the grading command (MB) while it graded, by tenths: {memory};
at the end of the benchmark {peak:.0f}.
"""


@dataclass
class Stages:
    """Seconds and counts by stage, in the order in which they began."""

    rows: dict[str, tuple[int, float, float]] = field(default_factory=dict)  # count, wall, CPU
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def timed(self, name: str, count: int) -> Iterator[None]:
        """Time a block."""
        print(f"{name} ...", file=sys.stderr, flush=True)
        start, cpu = time.perf_counter(), time.process_time()
        yield
        self.rows[name] = count, time.perf_counter() - start, time.process_time() - cpu

    def part(self, name: str, function: Callable) -> Callable:
        """The function, its time added up under `name`."""
        self.rows[name] = 0, 0.0, 0.0

        def timing(*arguments: object, **named: object) -> object:
            start, used = time.perf_counter(), time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                end, used = time.perf_counter(), time.thread_time() - used
                with self.lock:
                    count, wall, cpu = self.rows[name]
                    self.rows[name] = count + 1, wall + end - start, cpu + used

        return timing

    def table(self) -> str:
        """Rows of Markdown."""
        lines = []
        for name, (count, wall, cpu) in self.rows.items():
            rate, whole = count / max(wall, 1e-9), _span(1e5 * cpu / count)
            cells = name, f"{count:,}", f"{wall:.1f}", f"{cpu:.1f}", f"{rate:,.0f}", whole
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


class NullWorker(CannedWorker):
    """Returns an attempt without making it."""

    def grade(self, job: Job, into: str = "autograded") -> Attempt:
        """An empty attempt."""
        return Attempt(job.assignment, job.student, job.number)


def students(count: int) -> Iterator[str]:
    """The ids of the class."""
    return (f"s{number:06d}" for number in range(count))


def make_class(folder: Path, count: int) -> Course:
    """The demo course below `folder`, with a class list of `count` students."""
    shutil.copytree(DEMO, folder / "course")
    os.environ["MINILLM_COURSE"] = str(folder / "course")
    rows = "".join(f"{s},Student {s},{s}@example.org\n" for s in students(count))
    (folder / "class.csv").write_text(f"id,name,email\n{rows}")
    return Course.here()


def collect_all(course: Course, folder: Path, count: int, stages: Stages) -> None:
    """Collect a sample as it is done, and put the rest where collecting would have put it."""
    downloads = folder / "downloads"
    downloads.mkdir()
    work = folder / "work.ipynb"
    nbformat.write(submission(course.source(NAME)), work)
    sample = min(SAMPLE, count)
    for student in islice(students(count), sample):
        os.link(work, downloads / f"{student}_{NAME}.ipynb")
    with stages.timed("collect (sample)", sample):
        collect.collect(course, NAME, downloads)
    first = Journal(course, NAME).states()["s000000"].collected
    taken = course.private("submitted", "s000000", NAME)
    with Journal(course, NAME) as book:
        for number, student in enumerate(islice(students(count), sample, None), 1):
            path = course.private("submitted", student, NAME)
            path.mkdir(parents=True)
            for file in taken.iterdir():
                (shutil.copy2 if number % LINKS == 0 else os.link)(file, path / file.name)
            taken = path if number % LINKS == 0 else taken  # a file has so many names at most
            book.append(Collected(**{**vars(first), "student": student}))


def dispatch(course: Course, count: int, stages: Stages) -> None:
    """Threads and queues alone."""
    setting = Setting(course.root, NAME, worker=f"{__name__}:NullWorker")
    jobs = (Job(NAME, student) for student in students(count))
    with stages.timed("dispatch, nothing else", count), Local(setting, 2) as local:
        for _ in local.submit(jobs):
            pass


class Memory(threading.Thread):
    """Notes the memory of this process ten times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done, self.noted = threading.Event(), []

    def run(self) -> None:
        """Note until `done` is set."""
        while not self.done.wait(0.1):
            self.noted.append(psutil.Process().memory_info().rss / 1e6)

    def tenths(self) -> str:
        """Ten of the numbers, evenly spread."""
        chosen = self.noted[:: max(1, len(self.noted) // 10)][:10]
        return ", ".join(f"{megabytes:.0f}" for megabytes in chosen)


def grade(course: Course, count: int, stages: Stages) -> Memory:
    """The step autograde, and its parts; then a second run, which finds nothing new."""
    how, memory = autograde.How(workers=2), Memory()
    with contextlib.ExitStack() as stack:
        stack.callback(memory.done.set)
        for name, owner, method in [
            ("- what is pending", autograde, "pending"),
            ("- making attempts up", CannedWorker, "grade"),
            ("- journal", Journal, "append"),
            ("- gradebook, SQLite", GradebookWriter, "add"),
        ]:
            kept = getattr(owner, method)
            setattr(owner, method, stages.part(name, kept))
            stack.callback(setattr, owner, method, kept)
        memory.start()
        nowhere = stack.enter_context(open(os.devnull, "w"))
        with stages.timed("autograde", count), contextlib.redirect_stdout(nowhere):
            autograde.autograde(course, NAME, how, Screen())
    stages.rows["- what is pending"] = count, *stages.rows["- what is pending"][1:]
    stages.rows = {k: stages.rows[k] for k in sorted(stages.rows, key=_order(stages.rows))}
    with stages.timed("autograde again: nothing new", count):
        autograde.autograde(course, NAME, how, Screen())
    return memory


def _order(rows: dict) -> Callable[[str], float]:
    """Parts come after the step that they are of."""
    places = {name: place for place, name in enumerate(rows)}
    return lambda name: places["autograde"] + 0.5 if name.startswith("-") else places[name]


def publish(course: Course, count: int, stages: Stages) -> None:
    """Feedback on a sample, marks in every form, the report."""
    sample = list(islice(students(count), min(SAMPLE, count)))
    with stages.timed("feedback (sample)", len(sample)):
        assert len(list(feedback.feedback(course, NAME, sample))) == len(sample)
    with stages.timed("export, three forms", count):
        for form in FORMS:
            export(course, NAME, form)
    with stages.timed("report", count):
        report(course, NAME)


def on_dask(course: Course, workers: int) -> float:
    """Seconds that a cluster takes for submissions that wait, without the time to start it."""
    os.environ["CANNED_SECONDS"] = str(WAIT_S)
    setting = Setting(course.root, NAME, worker="benchmarks.canned_worker:CannedWorker")
    with remote.Dask(setting, remote.LOCAL, workers) as cluster:
        list(cluster.submit(Job(NAME, student) for student in students(4 * workers)))  # warm
        start = time.perf_counter()
        list(cluster.submit(Job(NAME, student) for student in students(WAITING)))
        seconds = time.perf_counter() - start
    del os.environ["CANNED_SECONDS"]
    return seconds


def on_postgresql(course: Course, folder: Path, count: int, stages: Stages) -> None:
    """Fill an empty PostgreSQL gradebook from the journal."""
    if not postgres.PROGRAMS:
        return
    with postgres.Server() as server:
        os.environ["MINILLM_GRADEBOOK_URL"] = server.url
        with stages.timed("roster, PostgreSQL", count):
            roster.register(course, folder / "class.csv")
        release.release(course, NAME)
        with Journal(course, NAME) as book, stages.timed("gradebook, PostgreSQL", count):
            GradebookWriter(course, book).catch_up()
    del os.environ["MINILLM_GRADEBOOK_URL"]


def measure(count: int) -> str:
    """Run every stage; returns the report."""
    stages, load = Stages(), os.getloadavg()[0]
    autograde.Setting = partial(Setting, worker="benchmarks.canned_worker:CannedWorker")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = make_class(folder, count)
        with stages.timed("roster, SQLite", count):
            roster.register(course, folder / "class.csv")
        release.release(course, NAME)
        collect_all(course, folder, count, stages)
        dispatch(course, count, stages)
        memory = grade(course, count, stages)
        publish(course, count, stages)
        sizes = _sizes(course, count)
        on_postgresql(course, folder, count, stages)
        one, two = on_dask(course, 1), on_dask(course, 2)
        worker = CannedWorker(course, NAME, Limits())
        checks = len(worker.grade(Job(NAME, "s000000")).checks)
    lines = Path("/proc/cpuinfo").read_text().split("\n")
    processor = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    return TEXT.format(
        submissions=count,
        today=date.today(),
        cores=os.cpu_count(),
        processor=processor,
        python=platform.python_version(),
        load=load,
        checks=checks,
        rows=stages.table(),
        sizes=sizes,
        waiting=WAITING,
        wait_s=WAIT_S,
        one=one,
        two=two,
        ratio=one / two,
        memory=memory.tenths(),
        peak=psutil.Process().memory_info().rss / 1e6,
    )


def _sizes(course: Course, count: int) -> str:
    journal = course.private("journal", f"{NAME}.jsonl").stat().st_size
    database = course.private("gradebook.db").stat().st_size
    rows = [("journal", journal), ("gradebook, SQLite", database)]
    return "\n".join(
        f"| {name} | {size / 1e6:.0f} MB, {size / count:.0f} bytes a submission |"
        for name, size in rows
    )


def main() -> None:
    """Measure, print, and keep where it is asked for."""
    command = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    command.add_argument("--submissions", type=int, default=5000, metavar="N")
    command.add_argument("--out", type=Path, metavar="FILE")
    options: Namespace = command.parse_args()
    text = measure(options.submissions)
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
