"""What stock nbgrader makes of malformed submissions: malformed_stock.py [NAME ...]

An instructor is assumed who gives the file the name that nbgrader wants and copies what lies beside
it. Prints a line for every case, then counts: `right`: the points of the corpus, or a refusal where
the corpus has one; `wrong`: other points; `failed`: no points although there is work in it;
`hung`: still running after LIMIT_S seconds, or out of memory.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from malforming import Malformed, cases
from nbgrader.api import Gradebook, MissingEntry

from grader.authoring.variants import submission
from grader.course import Course
from grader.release import release

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"
NAME = "01_tally"
LIMIT_S, LIMIT_KB = 120, 4_000_000
GRADE = f"""
import os, resource
resource.setrlimit(resource.RLIMIT_AS, ({LIMIT_KB * 1024},) * 2)
from grader.course import Course
from grader.tests.stock import stock_api
result = stock_api(Course.here()).autograde("{NAME}", "ann", force=True, create=True)
raise SystemExit(0 if result["success"] else 1)
"""


def outcome(case: Malformed, made: Course, folder: Path) -> tuple[str, float | None]:
    """How stock nbgrader ends on a case, and the points of the checks where it gives some."""
    shutil.copytree(made.root, folder / "course")
    (folder / "downloads").mkdir()
    case.place(folder / "downloads", submission(made.source(NAME)))
    submitted = folder / "course" / "gradebook" / "submitted" / "ann" / NAME
    submitted.parent.mkdir(parents=True)
    inside = folder / "downloads" / "ann"
    (inside if inside.is_dir() else folder / "downloads").rename(submitted)
    notebooks = sorted(path for path in submitted.iterdir() if ".ipynb" in path.name)
    if notebooks:
        notebooks[0].rename(submitted / f"{NAME}.ipynb")
    environment = {**os.environ, "MINILLM_COURSE": str(folder / "course"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", GRADE]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return "hung", None
    return verdict(case, points(folder / "course") if done.returncode == 0 else None)


def verdict(case: Malformed, earned: float | None) -> tuple[str, float | None]:
    """Whether stock nbgrader did what the corpus expects."""
    if earned == case.points:
        return "right", earned
    return ("failed" if earned is None else "wrong"), earned


def points(root: Path) -> float | None:
    """The points of ann's checks."""
    with Gradebook(f"sqlite:///{root}/gradebook/gradebook.db") as gradebook:
        try:
            return gradebook.find_submission(NAME, "ann").code_score
        except MissingEntry:
            return None


def main(names: list[str]) -> None:
    """Print a line for each case, then how many ended how."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MINILLM_COURSE"] = f"{folder}/made"
        shutil.copytree(DEMO, f"{folder}/made")
        release(Course.here(), NAME)
        for case in cases():
            if not names or case.name in names:
                with tempfile.TemporaryDirectory() as scratch:
                    how, earned = outcome(case, Course.here(), Path(scratch))
                counts[how] += 1
                print(f"{how:6} {earned!s:5} of {case.points!s:5} {case.name}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
