"""nbgrader's settings: the only place for grading folders, limits and the gradebook's address.

    solutions/<a>/<a>.md   written by hand; nbgrader reads notebooks only, so it is built into
    gradebook/source/      with its answers and hidden checks: not committed
    exercises/<a>/         what students get
    gradebook/             private: submitted, autograded, feedback, gradebook.db

Environment variables: MINILLM_COURSE, the course's folder (default: the folder of this file);
MINILLM_GRADEBOOK_URL, any address that SQLAlchemy knows, for example
`postgresql+psycopg2://grader:secret@localhost/gradebook` (default: SQLite in gradebook/);
MINILLM_CELL_TIMEOUT, seconds that one cell may run (default: 30).
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors

sys.path.insert(0, str(Path(__file__).parent))
from grader.page import FeedbackPage
from grader.preprocessors import HideHiddenChecks, KeepWarningsFree, NameStubs, PlainOutputs

c = get_config()  # noqa: F821 (nbgrader puts it there)

course = Path(os.environ.get("MINILLM_COURSE") or Path(__file__).parent).resolve()
sqlite = f"sqlite:///{course / 'gradebook' / 'gradebook.db'}"

c.CourseDirectory.course_id = "default_course"  # the name that parts of nbgrader take for granted
c.CourseDirectory.root = str(course)
c.CourseDirectory.db_url = os.environ.get("MINILLM_GRADEBOOK_URL") or sqlite
c.CourseDirectory.source_directory = "gradebook/source"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "gradebook/submitted"
c.CourseDirectory.autograded_directory = "gradebook/autograded"
c.CourseDirectory.feedback_directory = "gradebook/feedback"
# nbgrader copies every file that lies beside a notebook: a source beside it would be released.
c.CourseDirectory.ignore = ["*.md", "*.py", "*.pyc", "__pycache__", ".*"]

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = int(os.environ.get("MINILLM_CELL_TIMEOUT") or 30)
# What a late submission loses: "none", or "zero" for all of it.
c.LateSubmissionPlugin.penalty_method = "none"
# nbgrader's own list, with one step that lets a stub say which answer is missing.
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
# nbgrader's own list, with two steps: a warning on stderr costs a check nothing; outputs are text.
c.Autograde.autograde_preprocessors = [
    preprocessors.Execute,
    KeepWarningsFree,
    PlainOutputs,
    preprocessors.IgnorePattern,
    ClearMetadataPreprocessor,
    preprocessors.LimitOutput,
    preprocessors.SaveAutoGrades,
    preprocessors.AssignLatePenalties,
    preprocessors.CheckCellMetadata,
]
# nbgrader's own list, with one step that takes the hidden checks out of what students see.
c.GenerateFeedback.preprocessors = [preprocessors.GetGrades, HideHiddenChecks]
c.GenerateFeedback.exporter_class = FeedbackPage
