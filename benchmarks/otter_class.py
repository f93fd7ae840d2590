"""Grade a class with otter-grader; run by a Python that has otter-grader and PyTorch.

    python otter_class.py FOLDER PROCESSES

FOLDER holds `checks.json` (for each problem its checks: id, points, source) and
`submissions/*.ipynb`; the points of each submission are written to `FOLDER/otter.json`. Each check
runs as it stands, in a copy of the submission's namespace, as an exception-based test of otter.
"""

import json
import multiprocessing
import sys
import zipfile
from pathlib import Path

TEST = """
@test_case(points={points}, hidden={hidden})
def test_{number}(env):
    exec({source!r}, dict(env))
"""


def write_autograder(folder: Path) -> Path:
    """The archive that otter reads its tests from."""
    path = folder / "autograder.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"pdf": False}))
        for problem, checks in json.loads((folder / "checks.json").read_text()).items():
            text = "from otter.test_files import test_case\nOK_FORMAT = False\n"
            text += f"name = {problem!r}\npoints = {sum(c['points'] for c in checks)}\n"
            for number, check in enumerate(checks):
                hidden = check["id"].endswith("hidden")
                text += TEST.format(number=number, hidden=hidden, **check)
            archive.writestr(f"tests/{problem}.py", text)
    return path


def grade(job: tuple[Path, Path]) -> tuple[str, float]:
    """The points of one submission."""
    from otter.api import grade_submission

    submission, autograder = job
    return submission.stem, grade_submission(str(submission), str(autograder), quiet=True).total


def main() -> None:
    """Grade the class in processes that live as long as it takes."""
    folder, processes = Path(sys.argv[1]), int(sys.argv[2])
    autograder = write_autograder(folder)
    jobs = [(path, autograder) for path in sorted((folder / "submissions").glob("*.ipynb"))]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        points = dict(pool.map(grade, jobs, chunksize=1))
    (folder / "otter.json").write_text(json.dumps(points))


if __name__ == "__main__":
    main()
