"""Grading one class: stock nbgrader, otter-grader and this repository's engine, in one run.

    python benchmarks/bench_grading.py --otter-python ~/otter/bin/python --out report.md

`--otter-python` is a Python that has otter-grader; without it otter is skipped by name:

    python3.11 -m venv ~/otter
    ~/otter/bin/pip install otter-grader==7.0.0 torch==2.13.0 ipykernel

Every row is one command over the whole class and is measured with everything that it starts. The
points that the graders give are compared: they must agree. The report is printed; `--out FILE`
keeps it.
"""

import argparse
import copy
import json
import multiprocessing
import os
import platform
import re
import shutil
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

import nbformat

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "grader" / "tests")]
from process_tree import Usage, run  # noqa: E402

from grader.authoring.assignment import cells, problem  # noqa: E402
from grader.authoring.build_exercises import checked_source  # noqa: E402
from grader.authoring.variants import Variant, right, submission, untouched, wrong  # noqa: E402

NAME = "01_layers"
LAB = ROOT / "grader" / "tests" / "data" / "lab_course"
SOURCE = LAB / "solutions" / NAME / f"{NAME}.md"
STOCK_CONFIG = "c = get_config()\nc.CourseDirectory.root = {root!r}\n"
INTRODUCTION = """
The class does a lab of five parts of a network in PyTorch (`grader/tests/data/lab_course`): right,
differently written, wrong and untouched work in turn, no two alike. A row is one command over the
class, from start to end. CPU and memory are those of all its processes together; memory is the
peak of their proportional set sizes, so that shared pages count once; `load` is the load average
of the whole machine at the end of the row, about 2 where nothing else runs.

Stock nbgrader and otter run as installed, without a sandbox; this engine runs sandboxed and writes
the autograded notebooks and the gradebook, from which the points are read. otter writes neither."""


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


def made_class(size: int) -> dict[str, nbformat.NotebookNode]:
    """Submissions by student: the solution, each variant and the untouched release in turn."""
    variants: list[list[Variant]] = [[], *([v] for v in [*right(SOURCE), *wrong(SOURCE)])]
    works = [submission(SOURCE, *chosen) for chosen in variants] + [untouched(SOURCE)]
    notebooks = {}
    for number, work in enumerate(islice(cycle(works), size)):
        notebooks[f"s{number:05d}"] = notebook = copy.deepcopy(work)
        list(cells(notebook, "answer"))[-1].source += f"\n# {number}"
    return notebooks


def write_class(folder: Path, size: int, shape: str) -> None:
    """Write the class below `folder`; `shape` says where a student's notebook lies."""
    for student, notebook in made_class(size).items():
        path = folder / shape.format(student=student, name=NAME)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


# The contestants: each is given an empty folder and a class size, and yields rows.


def stock_whole_class(folder: Path, size: int) -> Iterator[Row]:
    """`nbgrader autograde` and `nbgrader generate_feedback`, as the manual says."""
    stock_course(folder, size)
    usage = run([program("nbgrader"), "autograde", NAME], folder)
    yield Row("nbgrader autograde", size, usage, gradebook_points(folder / "gradebook.db"))
    usage = run([program("nbgrader"), "generate_feedback", NAME], folder)
    yield Row("nbgrader generate_feedback", size, usage)


def stock_processes(processes: int) -> Callable[[Path, int], Iterator[Row]]:
    """The API of nbgrader in several processes at once, one submission at a time each."""

    def contestant(folder: Path, size: int) -> Iterator[Row]:
        stock_course(folder, size)
        script = str(ROOT / "benchmarks" / "stock_class.py")
        command = [sys.executable, script, str(folder), NAME, str(processes)]
        usage = run(command, folder, OMP_NUM_THREADS="1")
        points = gradebook_points(folder / "gradebook.db")
        yield Row(f"nbgrader's API in {processes} processes", size, usage, points)

    return contestant


def otter(python: str, processes: int) -> Callable[[Path, int], Iterator[Row]]:
    """otter-grader's API in several processes at once, without containers."""

    def contestant(folder: Path, size: int) -> Iterator[Row]:
        write_class(folder, size, "submissions/{student}.ipynb")
        checks: dict[str, list[dict]] = {}
        for cell in cells(checked_source(SOURCE), "check"):
            check = {"id": cell.id, "points": cell.metadata.nbgrader.points, "source": cell.source}
            checks.setdefault(problem(cell.id), []).append(check)
        (folder / "checks.json").write_text(json.dumps(checks))
        script = str(ROOT / "benchmarks" / "otter_class.py")
        path = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
        command = [python, script, str(folder), str(processes)]
        usage = run(command, folder, PATH=path, OMP_NUM_THREADS="1")
        points = json.loads((folder / "otter.json").read_text())
        yield Row(f"otter-grader's API in {processes} processes", size, usage, points)

    return contestant


def ours(folder: Path, size: int) -> Iterator[Row]:
    """The documented steps of this repository."""
    course = folder / "course"
    shutil.copytree(LAB, course)
    write_class(folder, size, "downloads/{student}_{name}.ipynb")
    lines = [f"{path.name.split('_')[0]},A Student,a@b.org" for path in folder.glob("downloads/*")]
    (folder / "class.csv").write_text("\n".join(["id,name,email", *lines, ""]))
    for step, *options in (
        ["roster", NAME, "--roster", "class.csv"],
        ["release", NAME],
        ["collect", NAME, "--from", "downloads"],
        ["autograde", NAME],
        ["feedback", NAME],
    ):
        command = [sys.executable, "-m", "grader", step, *options]
        environment = {"MINILLM_COURSE": str(course), "PYTHONPATH": str(ROOT)}
        usage = run(command, folder, **environment)
        if step in ("collect", "autograde", "feedback"):
            points = gradebook_points(course / "gradebook" / "gradebook.db")
            yield Row(f"grading {step}", size, usage, points if step == "autograde" else {})


def stock_course(folder: Path, size: int) -> None:
    """A course as nbgrader's manual has it, released, with every submission in its place."""
    (folder / "nbgrader_config.py").write_text(STOCK_CONFIG.format(root=str(folder)))
    source = folder / "source" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(checked_source(SOURCE), source)
    run([program("nbgrader"), "generate_assignment", NAME], folder)
    write_class(folder, size, "submitted/{student}/{name}/{name}.ipynb")


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


def measure(contestant: Callable[[Path, int], Iterator[Row]], size: int) -> list[Row]:
    """Let one contestant grade a class of `size` in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        # What a sandboxed process of another user may not enter, it cannot import from either.
        Path(folder).chmod(0o755)
        rows = list(contestant(Path(folder), size))
    for row in rows:
        print(f"{row.name}: {row.students} in {row.usage.seconds:.1f} s", file=sys.stderr)
    return rows


def report(args: argparse.Namespace) -> list[str]:
    """Measure everything; the lines of the report. Raises RuntimeError where points differ."""
    head = machine()
    slow = [stock_whole_class, *map(stock_processes, args.processes)]
    slow += [otter(args.otter_python, n) for n in args.processes[:1] if args.otter_python]
    rows = [row for contestant in slow for row in measure(contestant, args.size)]
    rows += [row for size in (args.size, args.large) for row in measure(ours, size)]
    graded = [row for row in rows if row.points]
    if faults := disagreements(graded):
        raise RuntimeError("the graders disagree:\n" + "\n".join(faults))
    best = max((row for row in graded if "nbgrader" in row.name), key=lambda row: row.per_minute)
    pages = [row for row in rows if "feedback" in row.name]
    large = graded[-1]
    return [
        "# Grading a class: time and memory",
        "",
        f"{head} Made by `benchmarks/bench_grading.py`.",
        "" if args.otter_python else "\nSkipped for want of `--otter-python`: otter-grader.",
        f"**{large.per_minute / best.per_minute:.0f} times the best run of stock nbgrader**: "
        f"{large.per_minute:,.0f} submissions a minute against {best.per_minute:.1f}.",
        INTRODUCTION,
        "",
        "## Checks",
        "",
        *table(graded, best),
        "",
        f"All graders gave the same points. A forked process of this engine (one runs a "
        f"student's code, one the checks) has {large.usage.fork_mb:.0f} MB of its own at most.",
        "",
        "## Before and after",
        "",
        *table([row for row in rows if not row.points], pages[0]),
        "",
        "`grading collect` has no counterpart in nbgrader's autograde: it finds each student's "
        "download and rebuilds the notebook from it. `ratio` is to `nbgrader generate_feedback`.",
        *([] if args.no_attacks else cheats()),
    ]


def main() -> None:
    """Measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--otter-python", help="a Python that has otter-grader and PyTorch")
    parser.add_argument("--size", type=int, default=34, help="students for all graders")
    parser.add_argument("--large", type=int, default=1000, help="students for this engine")
    parser.add_argument(
        "--processes", type=int, nargs="+", default=[2], help="of nbgrader's API at once"
    )
    parser.add_argument("--no-attacks", action="store_true", help="leave the cheats out")
    parser.add_argument("--out", type=Path, help="a file for the report")
    args = parser.parse_args()
    text = "\n".join(report(args))
    print(text)
    if args.out:
        args.out.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
