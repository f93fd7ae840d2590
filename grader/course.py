"""A course as the graders see it: its folders, its settings and its gradebook."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.authoring.assignment import course_folder, path_of

if TYPE_CHECKING:  # nbgrader takes a second to import, and most processes do not need it
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config


class GradingError(Exception):
    """Something that the instructor has to change before the step can run."""


def not_released(assignment: str) -> GradingError:
    """What is wrong where the gradebook does not know an assignment."""
    return GradingError(f"{assignment} is not in the gradebook: run the step `release` first")


def write(path: Path, text: str) -> bool:
    """Write `text` to `path` at one stroke; False where it stands there already."""
    data = text.encode("utf-8", "replace")  # a message may hold half a character
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return True


@dataclass(frozen=True)
class Course:
    """The course in the folder `root`; everything private lies in its `gradebook/`."""

    root: Path

    @classmethod
    def here(cls) -> "Course":
        """The course that MINILLM_COURSE names, or this repository."""
        # nbgrader calls the program `alembic`, which lies beside the interpreter.
        programs = str(Path(sys.executable).parent)
        if programs not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
        return cls(course_folder())

    def source(self, assignment: str) -> Path:
        """The hand-written source of an assignment."""
        return path_of(assignment, self.root)

    def built_source(self, assignment: str) -> Path:
        """The notebook with answers and hidden checks that nbgrader reads."""
        return self.private("source", assignment) / f"{assignment}.ipynb"

    def exercise(self, assignment: str) -> Path:
        """The notebook that students get."""
        return self.root / "exercises" / assignment / f"{assignment}.ipynb"

    def submitted(self, assignment: str, student: str) -> Path:
        """The notebook that is graded: rebuilt of what the student handed in."""
        return self.private("submitted", student, assignment, f"{assignment}.ipynb")

    def private(self, *parts: str) -> Path:
        """A path in `gradebook/`: `collected`, `submitted`, `autograded`, `feedback`, `journal`."""
        return self.root.joinpath("gradebook", *parts)

    def config(self) -> "Config":
        """The settings of nbgrader_config.py, quiet."""
        from grader.authoring.build_exercises import settings

        config = settings()
        config.NbGraderAPI.log_level = "ERROR"
        return config

    def gradebook(self) -> "Gradebook":
        """The opened gradebook; use it in a `with` statement."""
        from nbgrader.api import Gradebook

        self.private().mkdir(parents=True, exist_ok=True)
        return Gradebook(self.config().CourseDirectory.db_url)

    def api(self) -> "NbGraderAPI":
        """The stock nbgrader on this course."""
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        config = self.config()
        return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
