"""What happened to each submission, kept as one small file each in `gradebook/records`."""

import dataclasses
import json
from dataclasses import dataclass, field

from grading.course import Course


@dataclass
class Record:
    """One student's submission to one assignment."""

    assignment: str
    student: str
    status: str  # "collected", "graded" or "broken"
    reason: str = ""  # why it is broken, in words for the student
    notes: list[str] = field(default_factory=list)  # what was put right, or ran too long
    digest: str = ""  # of what was graded: submission and source
    seconds: float = 0.0  # that grading took
    seconds_late: float = 0.0


def save(course: Course, record: Record) -> None:
    """Write `record`, over an earlier one of the same student."""
    path = course.private("records", record.assignment, f"{record.student}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dataclasses.asdict(record), ensure_ascii=False, indent=1)
    path.with_suffix(".part").write_text(text, encoding="utf-8")
    path.with_suffix(".part").replace(path)


def load(course: Course, assignment: str) -> list[Record]:
    """All records of an assignment, sorted by student."""
    paths = sorted(course.private("records", assignment).glob("*.json"))
    return [Record(**json.loads(path.read_text(encoding="utf-8"))) for path in paths]
