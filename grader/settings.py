"""nbgrader's settings for a course: `configure(c, folder)`, called by its nbgrader_config.py.

    solutions/<a>/<a>.md   written by hand; nbgrader reads notebooks only, so it is built into
    gradebook/source/      with its answers and hidden checks: not committed
    exercises/<a>/         what students get
    gradebook/             private: submitted, autograded, feedback, gradebook.db

Environment variables: MINILLM_COURSE, the course's folder; MINILLM_GRADEBOOK_URL, any address that
SQLAlchemy knows, for example `postgresql+psycopg2://grader:secret@localhost/gradebook` (default:
SQLite in gradebook/); MINILLM_CELL_TIMEOUT, seconds that one cell may run (default: 30).
"""

import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.converters.base import NbGraderException
from traitlets.config import Config

from grader.feedback import FeedbackPage
from grader.lateness import LatePolicy
from grader.verdict import stub_messages

STUB = "raise NotImplementedError()"


class OnlyInTheSandbox(NotebookExporter):
    """Keeps formgrader's button from running students' code with the rights of who presses it."""

    def __init__(self, **rest: Any) -> None:
        """Raise, before anything is touched."""
        raise NbGraderException(
            "this would run students' code without a sandbox, so it is switched off here: type "
            "`python -m grader autograde` and the assignment's name"
        )


class NameStubs(preprocessors.NbGraderPreprocessor):
    """A step between nbgrader's own: each stub says which answer is missing."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Put the `stub_messages` into the stubs of an answer cell."""
        if utils.is_solution(cell) and cell.cell_type == "code":
            for message in stub_messages(cell, STUB):
                stub = f'raise NotImplementedError("{message}")'
                cell.source = cell.source.replace(STUB, stub, 1)
        return cell, resources


def configure(c: Config, folder: Path) -> None:
    """Set what nbgrader needs to know of the course in `folder`."""
    folder = Path(os.environ.get("MINILLM_COURSE") or folder).resolve()
    sqlite = f"sqlite:///{folder / 'gradebook' / 'gradebook.db'}"
    # The name that parts of nbgrader take for granted.
    c.CourseDirectory.course_id = "default_course"
    c.CourseDirectory.root = str(folder)
    c.CourseDirectory.db_url = os.environ.get("MINILLM_GRADEBOOK_URL") or sqlite
    c.CourseDirectory.source_directory = "gradebook/source"
    c.CourseDirectory.release_directory = "exercises"
    c.CourseDirectory.submitted_directory = "gradebook/submitted"
    c.CourseDirectory.autograded_directory = "gradebook/autograded"
    c.CourseDirectory.feedback_directory = "gradebook/feedback"
    # nbgrader copies every file that lies beside a notebook: a source beside it would be released.
    c.CourseDirectory.ignore = ["*.md", "*.py", "*.pyc", "__pycache__", ".*"]

    c.ClearSolutions.code_stub = {"python": f"# YOUR CODE HERE\n{STUB}"}
    c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
    c.Execute.timeout = int(os.environ.get("MINILLM_CELL_TIMEOUT") or 30)
    c.AssignLatePenalties.plugin_class = LatePolicy
    # nbgrader's own list, with one step more.
    c.GenerateAssignment.preprocessors = [
        preprocessors.IncludeHeaderFooter,
        preprocessors.LockCells,
        preprocessors.ClearSolutions,
        NameStubs,
        preprocessors.ClearOutput,
        preprocessors.CheckCellMetadata,
        preprocessors.ComputeChecksums,
        preprocessors.SaveCells,
        preprocessors.ClearHiddenTests,
        preprocessors.ClearMarkScheme,
        preprocessors.ComputeChecksums,
        preprocessors.CheckCellMetadata,
    ]
    c.Autograde.exporter_class = OnlyInTheSandbox
    c.GenerateFeedback.preprocessors = []  # the page hides what students must not see
    c.GenerateFeedback.exporter_class = FeedbackPage
