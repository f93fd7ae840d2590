"""Build `exercises/<a>/<a>.ipynb`, what students get, from `solutions/<a>/<a>.md`.

The steps: read the source, check it (SOURCE_RULES), let nbgrader make the release in a temporary
folder without a database, check that (RELEASE_RULES), write it. A rebuild gives the same bytes.
`python -m grader.authoring.build_exercises --check` writes nothing and exits with 1 where a
committed exercise is stale.
"""

import copy
import functools
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.authoring import committed, weave
from grader.authoring.assignment import AssignmentError, course_folder, read
from grader.authoring.rules import RELEASE_RULES, SOURCE_RULES

CONFIG = "nbgrader_config.py"


def build(path: Path) -> str:
    """The text of the exercise for the source at `path`.

    Raises AssignmentError, which names every broken rule.
    """
    return nbformat.writes(release(path)) + "\n"


def release(path: Path) -> NotebookNode:
    """The released notebook for the source at `path`, checked."""
    return copy.deepcopy(_release(Path(path), weave.weave(path), Path(path).read_text("utf-8")))


@functools.lru_cache(maxsize=8)
def _release(path: Path, woven: str, text: str) -> NotebookNode:
    if woven != text:
        raise AssignmentError(f"{path} is stale: run `python -m grader.authoring.weave`")
    source = checked_source(path)
    released = _generate(source, path.stem)
    _refuse(path, [fault for rule in RELEASE_RULES for fault in rule(released, source)])
    return released


def checked_source(path: Path) -> NotebookNode:
    """The solution notebook at `path`, as nbgrader's source; raises AssignmentError as `build`."""
    source = read(path)
    _refuse(path, [fault for rule in SOURCE_RULES for fault in rule(source)])
    return source


def _refuse(path: Path, faults: Sequence[str]) -> None:
    if faults:
        raise AssignmentError(f"{path}:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _generate(source: NotebookNode, name: str) -> NotebookNode:
    """What nbgrader releases of `source`, made in a temporary folder without a database."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder, "source", name, f"{name}.ipynb")
        notebook.parent.mkdir(parents=True)
        nbformat.write(source, notebook)
        config = settings()
        config.SaveCells.enabled = False
        config.CourseDirectory.update(
            {"root": folder, "source_directory": "source", "release_directory": "release"}
        )
        course = CourseDirectory(config=config, assignment_id=name)
        converter = GenerateAssignment(coursedir=course, config=config, no_database=True)
        converter.log.setLevel(logging.ERROR)
        converter.start()
        return nbformat.read(Path(folder, "release", name, f"{name}.ipynb"), as_version=4)


def settings() -> Config:
    """The settings of the course's nbgrader_config.py; those of grader/settings.py without one."""
    folder = course_folder()
    if (folder / CONFIG).is_file():
        return PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    from grader.settings import configure  # imports what reads this module

    config = Config()
    configure(config, folder)
    return config


def exercise_path(path: Path) -> Path:
    """Where the exercise for the source at `path` is committed."""
    return Path(path).parents[2] / "exercises" / path.stem / f"{path.stem}.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: build all exercises, or those that are named."""
    return committed.main(__doc__, lambda path: (exercise_path(path), build(path)), arguments)


if __name__ == "__main__":
    sys.exit(main())
