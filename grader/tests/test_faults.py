"""What a grader that is killed or stopped leaves: no process, and nothing lost."""

import copy
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from grader.__main__ import main
from grader.authoring.variants import submission, untouched, wrong
from grader.course import Course
from grader.journal import latest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"
NAME = "01_tally"
FEW = 24  # submissions, for a grader that is killed twice
FEWER = 12  # for one that is stopped once
ONE_S = 0.15  # about what a submission takes
WAITING = """import pathlib, time, toybox
while not pathlib.Path(toybox.__file__).parents[1].joinpath("data", "go").exists():
    time.sleep(0.1)"""  # a cell that ends when it may
ORPHANS_S = 30  # until everything that a killed grader started has ended; mostly at once


def collected(root: Path, count: int, patch: pytest.MonkeyPatch, first_cell: str = "") -> None:
    """The demo course in `root`, with submissions of `count` students that wait to be graded.

    The first student's begins with `first_cell`.
    """
    shutil.copytree(DEMO, root / "course")
    (root / "course" / "data").mkdir()
    patch.setenv("MINILLM_COURSE", str(root / "course"))
    patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    source = root / "course" / "solutions" / NAME / f"{NAME}.md"
    works = [submission(source), untouched(source), *(submission(source, v) for v in wrong(source))]
    (root / "downloads").mkdir()
    students = [f"s{number:03d}" for number in range(count)]
    for number, student in enumerate(students):
        work = copy.deepcopy(works[number % len(works)])
        work.cells.insert(0, nbformat.v4.new_code_cell(first_cell if number == 0 else ""))
        nbformat.write(work, root / "downloads" / f"{student}.ipynb")
    rows = "".join(f"{s},{s},{s}@example.org\n" for s in students)
    (root / "class.csv").write_text(f"id,name,email\n{rows}")
    assert main(["roster", NAME, "--roster", str(root / "class.csv")]) == 0
    assert main(["release", NAME]) == 0
    assert main(["collect", NAME, "--from", str(root / "downloads")]) == 0


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Path:
    """A folder with a course and FEW submissions."""
    root = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch:
        collected(root, FEW, patch)
    return root


@pytest.fixture(scope="module")
def fewer(tmp_path_factory) -> Path:
    """A folder with a course and FEWER submissions, of which the first one waits."""
    root = tmp_path_factory.mktemp("fewer")
    with pytest.MonkeyPatch.context() as patch:
        collected(root, FEWER, patch, WAITING)
    return root


def journal(root: Path) -> str:
    """The text of the journal of the class in the folder `root`."""
    return (root / "course" / "gradebook" / "journal" / f"{NAME}.jsonl").read_text()


class Run:
    """The command that grades the class in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before = self.graded()
        self.command = subprocess.Popen(
            [sys.executable, "-m", "grader", "autograde", NAME, "--workers", "2"],
            env={**os.environ, "MINILLM_COURSE": str(root / "course"), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # What a shell starts in the background ignores Ctrl-C, and so would this.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def graded(self) -> int:
        """Attempts in the journal."""
        return len(re.findall(r'^{"kind": "attempt"', journal(self.root), re.M))

    def until(self, count: int) -> None:
        """Wait until `count` submissions are graded, or the command has ended."""
        while self.graded() < self.before + count and self.command.poll() is None:
            time.sleep(0.01)

    def end(self, number: int) -> tuple[int, str, list[psutil.Process]]:
        """Send a signal; returns the exit status, what was printed, and the processes left."""
        if self.command.poll() is not None:
            pytest.fail(f"the command ended by itself: {self.command.communicate()[0]}")
        family = psutil.Process(self.command.pid).children(recursive=True)
        sessions = {os.getsid(p.pid) for p in family if p.is_running()} - {os.getsid(0)}
        self.command.send_signal(number)
        output, _ = self.command.communicate(timeout=60)
        end = time.monotonic() + ORPHANS_S
        while (left := alive(family, sessions)) and time.monotonic() < end:
            time.sleep(0.05)
        return self.command.returncode, output, left


def alive(family: list[psutil.Process], sessions: set[int]) -> list[psutil.Process]:
    """Which of the processes, or of those in the sessions, still run."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process in family or os.getsid(process.pid) in sessions
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return found


def marks(root: Path) -> dict[str, list]:
    """What the gradebook says of every student: time, cells and comments."""
    with Gradebook(f"sqlite:///{root / 'course' / 'gradebook' / 'gradebook.db'}") as gradebook:
        return {
            each.student.id: [
                each.timestamp,
                *sorted(
                    (grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for grade in each.notebooks[0].grades
                ),
                *sorted((text.name, text.auto_comment) for text in each.notebooks[0].comments),
            ]
            for each in gradebook.assignment_submissions(NAME)
        }


def finish(root: Path) -> str:
    """Run to the end; returns what is printed."""
    command = Run(root).command
    output, _ = command.communicate(timeout=600)
    assert command.returncode == 0, output
    return output


def kill_again_and_again(root: Path, kills: int, seed: int) -> None:
    """Kill the grader at random points, then grade the rest and compare with a calm run."""
    calm, restless = root / "calm", root / "restless"
    for folder in (calm, restless):
        shutil.copytree(root / "course", folder / "course")
    chance = random.Random(seed)
    for _ in range(kills):
        run = Run(restless)
        run.until(chance.randint(1, 3))
        time.sleep(chance.uniform(0, ONE_S))
        _, _, left = run.end(signal.SIGKILL)
        assert not left
    finish(restless)
    finish(calm)
    assert marks(restless) == marks(calm)
    assert len(marks(calm)) == len(list((root / "downloads").iterdir()))
    again = re.findall(r'^{"kind": "attempt".*?"student": "(.*?)"', journal(restless), re.M)
    assert sorted(again) == sorted(marks(calm))  # none is graded twice
    for student, state in latest(Course(restless / "course"), NAME).items():
        assert (state.status, state.applied) == ("graded", True)
        folder = restless / "course" / "gradebook" / "autograded" / student / NAME
        nbformat.read(folder / f"{NAME}.ipynb", as_version=4)


def test_grader_killed_at_random_points_loses_nothing(few, tmp_path):
    shutil.copytree(few, tmp_path, dirs_exist_ok=True)
    kill_again_and_again(tmp_path, kills=2, seed=1)


@pytest.mark.slow
def test_grader_killed_at_twenty_points_of_200_submissions_loses_nothing(tmp_path, monkeypatch):
    collected(tmp_path, 200, monkeypatch)
    kill_again_and_again(tmp_path, kills=20, seed=2)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_grader_that_is_stopped_goes_on_later(fewer, tmp_path, number, status):
    shutil.copytree(fewer, tmp_path, dirs_exist_ok=True)
    run = Run(tmp_path)
    run.until(3)
    returned, output, left = run.end(number)
    assert (returned, left) == (status, [])
    assert "the same command goes on" in output
    assert "Traceback" not in output
    done = run.graded()
    assert 3 <= done < FEWER
    (tmp_path / "course" / "data" / "go").touch()
    assert f"1 of {FEWER - done} " in finish(tmp_path)
    assert len(marks(tmp_path)) == FEWER
