"""Enter an assignment into the gradebook and release it, with the stock nbgrader."""

from datetime import UTC, datetime

import nbformat
from nbformat import NotebookNode

from grader import fingerprint
from grader.authoring import committed
from grader.authoring.build_exercises import build, checked_source
from grader.course import Course, GradingError
from grader.tables import utc


def release(course: Course, assignment: str, due: datetime | None = None) -> None:
    """Build the source notebook, let nbgrader record its cells and write the exercise.

    `due` is an aware time; later submissions are late. Raises GradingError where the committed
    exercise is not what the solution gives.
    """
    source = course.source(assignment)
    if committed.difference(course.exercise(assignment), build(source)):
        raise GradingError(f"stale, run `make exercises`: {course.exercise(assignment)}")
    course.built_source(assignment).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(checked_source(source), course.built_source(assignment))
    result = course.api().generate_assignment(assignment, force=True, create=True)
    if not result["success"]:
        raise GradingError(f"nbgrader cannot release {assignment}:\n{result.get('log', '')}")
    text = course.exercise(assignment).read_bytes()
    kept = course.private("released", assignment, f"{fingerprint.of(text)[:16]}.ipynb")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(text)
    if due:
        with course.gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment, duedate=utc(due))


def versions(course: Course, assignment: str) -> list[NotebookNode]:
    """Every release that students may have, that of today first."""
    paths = sorted(course.private("released", assignment).glob("*.ipynb"))
    paths = [course.exercise(assignment), *sorted(paths, key=lambda p: -p.stat().st_mtime)]
    texts = dict.fromkeys(path.read_text(encoding="utf-8") for path in paths)
    return [nbformat.reads(text, as_version=4) for text in texts]


def due_time(text: str) -> datetime:
    """An aware time from text such as `2026-10-01 18:00+02:00`; without an offset it is UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
