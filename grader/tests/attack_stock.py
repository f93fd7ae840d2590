"""What cheats get from the stock nbgrader, one in a process and a course of its own."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import psutil
from attack_corpus import Attack, Outcome
from attack_target import ROOT, Target, stock_api

from grader.authoring.assignment import problem

ALONE_S = 120.0  # for one notebook
LEFT_BEHIND_S = 8.0  # for a process that a notebook left


def stock_points(attack: Attack) -> Outcome:
    """Grade the cheat with the stock nbgrader in a course of its own, which is removed then."""
    with tempfile.TemporaryDirectory(prefix="attack") as folder:
        target = Target(Path(folder), attack.course)
        target.hand_in(attack.name, target.cheat(attack))
        target.kept = target.snapshot()
        outcome = Outcome(attack.name, deserved=target.deserved(attack))
        database = target.private / "gradebook.db"
        before = tables(database)
        outcome.fault = _stock_autograde(target, attack.name, Path(folder, "home"))
        outcome.earned = stock_grades(target, attack.name)
        outcome.harm = target.harm(attack.name, ["gradebook/gradebook.db"])
        outcome.harm += [] if tables(database) == before else ["changed: tables of the gradebook"]
        target.close()
        return outcome


def _stock_autograde(target: Target, student: str, home: Path) -> str:
    """Run nbgrader on one submission in a process of its own; returns why it failed, or ""."""
    home.mkdir()
    work = [sys.executable, __file__, str(target.root), target.assignment, student]
    environment = {**os.environ, "HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    paths = os.pathsep.join(map(str, (target.root, ROOT)))
    environment |= {"PYTHONPATH": paths, "TMPDIR": str(home)}
    with open(home / "log.txt", "w") as log:
        process = subprocess.Popen(
            work, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True
        )
        try:
            code = process.wait(ALONE_S)
        except subprocess.TimeoutExpired:
            code = -1
        _end_those_at_home(home)
        process.wait()
    lines = (home / "log.txt").read_text(errors="replace").strip().split("\n")
    return "" if code == 0 else lines[-1][-200:] or f"exit {code}"


def _end_those_at_home(home: Path) -> None:
    """Give processes with this home folder a few seconds to end, then kill them."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("HOME") == str(home):
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(LEFT_BEHIND_S)
                process.kill()


def tables(database: Path) -> list[tuple]:
    """Tables and triggers of the gradebook, and how many cells it knows."""
    with contextlib.closing(sqlite3.connect(database)) as gradebook:
        found = gradebook.execute("select type, name from sqlite_master order by name").fetchall()
        return found + gradebook.execute("select count(*) from grade_cells").fetchall()


def stock_grades(target: Target, student: str) -> dict[str, float]:
    """Points by problem in the gradebook, manual marks included."""
    from nbgrader.api import Gradebook, MissingEntry

    earned: Counter[str] = Counter()
    name = target.assignment
    with (
        Gradebook(f"sqlite:///{target.private / 'gradebook.db'}") as gradebook,
        contextlib.suppress(MissingEntry),
    ):
        for grade in gradebook.find_submission_notebook(name, name, student).grades:
            earned[problem(grade.name)] += grade.score
    return {name: earned[name] for name in target.worth}


def _autograde(root: str, assignment: str, student: str) -> int:
    """Body of the process that grades with nbgrader."""
    result = stock_api(Path(root)).autograde(assignment, student, force=True, create=True)
    print(result.get("log", ""), result.get("error", ""))
    return 0 if result["success"] else 1


if __name__ == "__main__":
    sys.exit(_autograde(*sys.argv[1:]))
