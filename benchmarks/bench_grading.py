"""Grading classes: stock nbgrader, otter-grader and this repository's engine, in one run.

    python benchmarks/bench_grading.py --otter-python ~/otter/bin/python --out report.md

There is a class for every assignment of the course, and for the lab of the tests.

`--otter-python` is a Python that has otter-grader; without it otter is skipped by name:

    python3.11 -m venv ~/otter
    ~/otter/bin/pip install otter-grader==7.0.0 torch==2.13.0 ipykernel

A row is one command over a class and is measured with everything that it starts. The points that
the graders give are compared. What one submission costs the engine is compared
with the plain run of the same cells in one warm process (plain_class.py). The report is printed;
`--out FILE` keeps it.
"""

import argparse
import copy
import json
import multiprocessing
import os
import platform
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import mean
from typing import TypeVar

import nbformat
import psutil

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "grader" / "tests")]
from made_attempts import copy_assignment  # noqa: E402
from process_tree import Usage, run  # noqa: E402

from grader.attempt import Job, Limits  # noqa: E402
from grader.authoring.assignment import assignments, cells, path_of, problem  # noqa: E402
from grader.authoring.build_exercises import checked_source  # noqa: E402
from grader.authoring.variants import right, submission, untouched, wrong  # noqa: E402
from grader.course import Course  # noqa: E402
from grader.engine.worker import Worker  # noqa: E402

LAB = path_of("01_layers", ROOT / "grader" / "tests" / "data" / "lab_course")
MOST, PLUS_S = 1.3, 0.1  # the engine's CPU: at most so many plain runs, and so many seconds more
T = TypeVar("T")
STOCK_CONFIG = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"
INTRODUCTION = """
A class is right, differently written, wrong and untouched work in turn, no two alike: of every
assignment of the course, and of a lab of five parts of a network in PyTorch
(`grader/tests/data/lab_course`). A row is one command over the class, from start to end. CPU and
memory are those of all its processes together; memory is the peak of their proportional set sizes,
so that shared pages count once; `load` is the load average of the whole machine at the end of the
row, about 2 where nothing else runs: seconds and submissions per minute mean nothing above it, CPU
does.

Stock nbgrader and otter run as installed, without a sandbox; this engine runs sandboxed and writes
the autograded notebooks and the gradebook, from which the points are read. otter writes neither.
Of work with a mistake in an earlier problem this engine may give more points than the others: it
tries a check that failed again, with the right answers to earlier problems."""


@dataclass
class Row:
    """One way of grading a class."""

    name: str
    students: int
    usage: Usage
    points: dict[str, float] = field(default_factory=dict)

    @property
    def per_minute(self) -> float:
        """Submissions per minute."""
        return 60 * self.students / self.usage.seconds


# The class.


def made_class(source: Path, size: int) -> dict[str, nbformat.NotebookNode]:
    """Submissions by student: the solution, the untouched release, and variants from all over."""
    variants = [*right(source), *wrong(source)]
    step = max(1, len(variants) // max(1, size - 2))
    works = [submission(source), untouched(source)]
    works += [submission(source, variant) for variant in variants[::step]]
    notebooks = {}
    for number, work in enumerate(islice(cycle(works), size)):
        notebooks[f"s{number:05d}"] = notebook = copy.deepcopy(work)
        list(cells(notebook, "answer"))[-1].source += f"\n# {number}"
    return notebooks


def write_class(source: Path, folder: Path, size: int, shape: str) -> None:
    """Write the class below `folder`; `shape` says where a student's notebook lies."""
    for student, notebook in made_class(source, size).items():
        path = folder / shape.format(student=student, name=source.stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


# The contestants: each is given a source, an empty folder and a class size, and yields rows.

Contestant = Callable[[Path, Path, int], Iterator[Row]]


def stock_whole_class(source: Path, folder: Path, size: int) -> Iterator[Row]:
    """`nbgrader autograde` and `nbgrader generate_feedback`, as the manual says."""
    stock_course(source, folder, size)
    usage = run([program("nbgrader"), "autograde", source.stem], folder, **library(source))
    yield Row("nbgrader autograde", size, usage, gradebook_points(folder / "gradebook.db"))
    usage = run([program("nbgrader"), "generate_feedback", source.stem], folder)
    yield Row("nbgrader generate_feedback", size, usage)


def stock_processes(processes: int) -> Contestant:
    """The API of nbgrader in several processes at once, one submission at a time each."""

    def contestant(source: Path, folder: Path, size: int) -> Iterator[Row]:
        stock_course(source, folder, size)
        script = str(ROOT / "benchmarks" / "stock_class.py")
        command = [sys.executable, script, str(folder), source.stem, str(processes)]
        usage = run(command, folder, OMP_NUM_THREADS="1", **library(source))
        points = gradebook_points(folder / "gradebook.db")
        yield Row(f"nbgrader's API in {processes} processes", size, usage, points)

    return contestant


def otter(python: str, processes: int) -> Contestant:
    """otter-grader's API in several processes at once, without containers."""

    def contestant(source: Path, folder: Path, size: int) -> Iterator[Row]:
        write_class(source, folder, size, "submissions/{student}.ipynb")
        checks: dict[str, list[dict]] = {}
        for cell in cells(checked_source(source), "check"):
            check = {"id": cell.id, "points": cell.metadata.nbgrader.points, "source": cell.source}
            checks.setdefault(problem(cell.id), []).append(check)
        (folder / "checks.json").write_text(json.dumps(checks))
        script = str(ROOT / "benchmarks" / "otter_class.py")
        path = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
        command = [python, script, str(folder), str(processes)]
        usage = run(command, folder, PATH=path, OMP_NUM_THREADS="1", **library(source))
        points = json.loads((folder / "otter.json").read_text())
        yield Row(f"otter-grader's API in {processes} processes", size, usage, points)

    return contestant


def ours(source: Path, folder: Path, size: int) -> Iterator[Row]:
    """The documented steps of this repository."""
    course, name = folder / "course", source.stem
    copy_assignment(source, course)
    write_class(source, folder, size, "downloads/{student}_{name}.ipynb")
    lines = [f"{path.name.split('_')[0]},A Student,a@b.org" for path in folder.glob("downloads/*")]
    (folder / "class.csv").write_text("\n".join(["id,name,email", *lines, ""]))
    for step, *options in (
        ["roster", name, "--roster", "class.csv"],
        ["release", name],
        ["collect", name, "--from", "downloads"],
        ["autograde", name],
        ["feedback", name],
    ):
        command = [sys.executable, "-m", "grader", step, *options]
        environment = {"MINILLM_COURSE": str(course), "PYTHONPATH": str(ROOT)}
        usage = run(command, folder, **environment)
        if step in ("collect", "autograde", "feedback"):
            points = gradebook_points(course / "gradebook" / "gradebook.db")
            yield Row(f"grading {step}", size, usage, points if step == "autograde" else {})


def library(source: Path) -> dict[str, str]:
    """Where the packages of the assignment's course are found."""
    return {"PYTHONPATH": str(source.parents[2])}


def stock_course(source: Path, folder: Path, size: int) -> None:
    """A course as nbgrader's manual has it, released, with every submission in its place."""
    name = source.stem
    (folder / "nbgrader_config.py").write_text(STOCK_CONFIG.format(root=str(folder)))
    path = folder / "source" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(checked_source(source), path)
    run([program("nbgrader"), "generate_assignment", name], folder)
    write_class(source, folder, size, "submitted/{student}/{name}/{name}.ipynb")


def program(name: str) -> str:
    """A program beside this Python; it starts others, which lie there too."""
    beside = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join(dict.fromkeys([beside, *os.environ["PATH"].split(":")]))
    return str(Path(beside, name))


def gradebook_points(path: Path) -> dict[str, float]:
    """The points that the checks gave, by student, as nbgrader's gradebook has them."""
    with sqlite3.connect(path) as database:
        return dict(
            database.execute(
                "select submitted_assignment.student_id, total(grade.auto_score) from grade"
                " join submitted_notebook on submitted_notebook.id = grade.notebook_id"
                " join submitted_assignment on"
                " submitted_assignment.id = submitted_notebook.assignment_id group by 1"
            )
        )


# What one submission costs.


@dataclass
class Cost:
    """CPU seconds of each submission, run plainly and graded; and of the slowest check."""

    plain: dict[str, float]
    engine: dict[str, float]
    slowest: tuple[str, float]

    @property
    def over(self) -> list[str]:
        """Submissions for which the engine takes more than it may."""
        return [s for s, cpu in self.engine.items() if cpu > MOST * self.plain[s] + PLUS_S]


def cost(source: Path, folder: Path, size: int) -> Cost:
    """Run and grade a class, one submission after the other in warm processes."""
    write_class(source, folder, size, "plain/{student}.ipynb")
    script = str(ROOT / "benchmarks" / "plain_class.py")
    command = [sys.executable, script, str(source), "plain"]
    said = run(command, folder, OMP_NUM_THREADS="1", PYTHONHASHSEED="0", MPLBACKEND="Agg").output
    copy_assignment(source, folder / "course")
    course, name = Course(folder / "course"), source.stem
    course.built_source(name).parent.mkdir(parents=True)
    nbformat.write(checked_source(source), course.built_source(name))
    write_class(source, course.private(), size, "submitted/{student}/{name}/{name}.ipynb")
    engine, checks = {}, Counter[str]()
    # However busy the machine is, no cell is cut off: it would cost too little.
    with Worker(course, name, Limits(cell_s=600.0, submission_s=3600.0)) as worker:
        for student in sorted(made_class(source, size)):
            before = tree_cpu(worker.process.pid)
            attempt = worker.grade(Job(name, student))
            engine[student] = tree_cpu(worker.process.pid) - before
            checks.update({check.id: check.seconds for check in attempt.checks})
    check, seconds = checks.most_common(1)[0]
    return Cost(json.loads(said.splitlines()[-1]), engine, (check, seconds / size))


def tree_cpu(pid: int) -> float:
    """Processor time of a process, of those below it and of those that they have waited for."""
    root = psutil.Process(pid)
    return sum(sum(p.cpu_times()[:4]) for p in [root, *root.children(recursive=True)])


def cost_table(found: dict[str, Cost]) -> list[str]:
    """One line for each assignment."""
    lines = [
        "| | submissions | plain, CPU s | engine, CPU s | limit | above it | slowest check |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, each in found.items():
        plain = mean(each.plain.values())
        check, seconds = each.slowest
        row = (
            f"{name} | {len(each.plain)} | {plain:.3f} | {mean(each.engine.values()):.3f}",
            f"{MOST * plain + PLUS_S:.3f} | {len(each.over)} | `{check}`, {seconds:.2f} s",
        )
        lines.append(f"| {' | '.join(row)} |")
    return lines


# The report.


def table(rows: list[Row], best: Row) -> list[str]:
    """One line for each way; the ratio is to `best`."""
    lines = [
        "| | submissions | seconds | per minute | ratio | CPU s each | peak MB | ms each | load |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        entries = (
            row.name,
            f"{row.students:,}",
            f"{row.usage.seconds:.1f}",
            f"{row.per_minute:,.1f}",
            f"{row.per_minute / best.per_minute:.3g}",
            f"{row.usage.cpu_seconds / row.students:.3f}",
            f"{row.usage.peak_mb:,.0f}",
            f"{1000 * row.usage.seconds / row.students:,.1f}",
            f"{row.usage.load:.1f}",
        )
        lines.append(f"| {' | '.join(entries)} |")
    return lines


def disagreements(rows: list[Row]) -> list[str]:
    """Students to whom two graders gave different points."""
    first, found = rows[0].points, []
    for row in rows[1:]:
        common = first.keys() & row.points.keys()
        if not common:
            found.append(f"{row.name} graded nobody")
        for student in sorted(common):
            one, other = first[student], row.points[student]
            if abs(one - other) > 1e-9:
                found.append(f"{student}: {one:g} by {rows[0].name}, {other:g} by {row.name}")
    return found


def machine() -> str:
    """Date, processor, versions and what else runs, in one line."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.+)", info)
    packages = ("nbgrader", "torch", "numpy", "ipykernel")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    user = "root" if os.geteuid() == 0 else "an unprivileged user"
    return (
        f"{date.today()}; {os.cpu_count()} cores, {model[1] if model else platform.processor()}; "
        f"Linux {platform.release()}, {user}; Python {platform.python_version()}, {versions}; "
        f"load average {os.getloadavg()[0]:.1f} at the start."
    )


def cheats() -> list[str]:
    """What the attack corpus of the tests gets from stock nbgrader; lines of the report."""
    from attacking import attacks, stock_points

    corpus = attacks()
    tried = [attack for attack in corpus if attack.stock]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        outcomes = pool.map(stock_points, tried, chunksize=1)
    kinds = Counter(outcome.kind for outcome in outcomes)
    return [
        "",
        "## Cheats against stock nbgrader",
        "",
        f"Of the {len(corpus)} cheats in `grader/tests/attacks` {len(tried)} can be run "
        "where no sandbox holds them. Against this engine `grader/tests/test_attacks.py` demands "
        "that each gets what its work is worth and harms nothing.",
        "",
        "| what they got from nbgrader | cheats |",
        "|---|---:|",
        *(f"| {kind} | {count} |" for kind, count in kinds.most_common()),
    ]


def measure(contestant: Contestant, source: Path, size: int) -> list[Row]:
    """Let one contestant grade a class of `size` in a folder of its own."""
    rows = in_folder(lambda folder: list(contestant(source, folder, size)))
    for row in rows:
        text = f"{source.stem}, {row.name}: {row.students} in {row.usage.seconds:.1f} s"
        text += f", {row.usage.cpu_seconds / row.students:.3f} s of CPU each"
        print(text, file=sys.stderr, flush=True)
    return rows


def in_folder(work: Callable[[Path], T]) -> T:
    """What `work` returns of an empty folder that is removed then."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        # What a sandboxed process of another user may not enter, it cannot import from either.
        Path(folder).chmod(0o755)
        return work(Path(folder))


def class_report(source: Path, args: argparse.Namespace, own: Cost) -> list[str]:
    """All graders on one class; the lines of the report."""
    slow = [stock_whole_class, *map(stock_processes, args.processes)]
    slow += [otter(args.otter_python, n) for n in args.processes[:1] or [1] if args.otter_python]
    rows = [row for contestant in slow for row in measure(contestant, source, args.size)]
    large = [args.large] if source == LAB and args.large else []
    rows += [row for size in (args.size, *large) for row in measure(ours, source, size)]
    graded = [row for row in rows if row.points]
    faults = disagreements(graded)
    same = "The same points from all." if not faults else f"Other points: {'; '.join(faults)}."
    best = max((row for row in graded if "nbgrader" in row.name), key=lambda row: row.per_minute)
    pages = [row for row in rows if "feedback" in row.name]
    stock_s = min(row.usage.cpu_seconds / row.students for row in graded if "nbgr" in row.name)
    engine_s, large = mean(own.engine.values()), graded[-1]
    return [
        "",
        f"## {source.stem}",
        "",
        f"**{stock_s / engine_s:.1f} times less CPU than stock nbgrader** for a submission, "
        f"{engine_s:.3f} s against {stock_s:.3f} s; {large.per_minute / best.per_minute:.1f} times "
        f"as many a minute in a class of {large.students:,}, start-up included. A forked process "
        f"of the engine has {large.usage.fork_mb:.0f} MB of its own at most.",
        "",
        *table(graded, best),
        "",
        f"{same} Before and after (`ratio` to {pages[0].name}):",
        "",
        *table([row for row in rows if not row.points], pages[0]),
    ]


def report(args: argparse.Namespace) -> list[str]:
    """Measure everything; the lines of the report."""
    head = machine()
    known = {LAB.stem: LAB} | {name: path_of(name, ROOT) for name in assignments(ROOT)}
    chosen = {name: known[name] for name in args.assignments or known}
    costs = {}
    for name, path in chosen.items():
        costs[name] = in_folder(lambda folder, path=path: cost(path, folder, args.size))
        print(*cost_table({name: costs[name]})[2:], file=sys.stderr, flush=True)
    beside = chosen if args.beside is None else args.beside
    parts = [class_report(chosen[name], args, costs[name]) for name in beside]
    return [
        "# Grading a class: time and memory",
        "",
        f"{head} Made by `benchmarks/bench_grading.py`.",
        "" if args.otter_python else "\nSkipped for want of `--otter-python`: otter-grader.",
        INTRODUCTION,
        "",
        "## One submission",
        "",
        f"The limit is {MOST:g} times the plain run of the same cells in one warm process, plus "
        f"{PLUS_S:g} s. The engine's time has everything between a submission and its autograded "
        "notebook. `above it` counts submissions: for one with a mistake in an earlier problem "
        "checks of later problems run twice. A check's seconds are those of the clock.",
        "",
        *cost_table(costs),
        *[line for part in parts for line in part],
        *([] if args.no_attacks else cheats()),
    ]


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assignments", nargs="*", help="names such as 01_ngrams (default: all)")
    parser.add_argument("--otter-python", help="a Python that has otter-grader and PyTorch")
    parser.add_argument("--size", type=int, default=34, help="students for all graders")
    parser.add_argument("--large", type=int, default=1000, help="students of the lab; 0: none")
    parser.add_argument(
        "--processes", type=int, nargs="*", default=[2], help="of nbgrader's API at once"
    )
    parser.add_argument("--beside", nargs="*", metavar="NAME",
        help="assignments that the other graders grade, too (default: all)")  # fmt: skip
    parser.add_argument("--no-attacks", action="store_true", help="leave the cheats out")
    parser.add_argument("--out", type=Path, help="a file for the report")
    args = parser.parse_args()
    text = "\n".join(report(args))
    print(text)
    if args.out:
        args.out.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
