"""Grade a class with nbgrader's API in several processes: stock_class.py COURSE ASSIGNMENT N"""

import multiprocessing
import sys
from pathlib import Path

TRIES = 5  # two processes may want to write to the gradebook at the same time


def grade(job: tuple[str, str, str]) -> None:
    """Autograde one submission; RuntimeError where nbgrader cannot."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    course, assignment, student = job
    config = Config(NbGraderAPI={"log_level": "ERROR"}, CourseDirectory={"root": course})
    api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
    for _ in range(TRIES):
        result = api.autograde(assignment, student, force=True, create=True)
        if result["success"]:
            return
        if "database is locked" not in str(result):
            break
    raise RuntimeError(str(result)[-2000:])


def main() -> None:
    """Grade every submission of the assignment."""
    course, assignment, processes = sys.argv[1:]
    found = sorted(path.name for path in Path(course, "submitted").iterdir())
    jobs = [(course, assignment, student) for student in found]
    with multiprocessing.get_context("spawn").Pool(int(processes)) as pool:
        pool.map(grade, jobs, chunksize=1)


if __name__ == "__main__":
    main()
