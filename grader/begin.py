"""Start a new assignment: a source that builds and passes, to be filled in problem by problem."""

import re
from pathlib import Path

from grader.course import Course, GradingError

TEMPLATE = Path(__file__).parent / "template"
SLUG = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")


def begin(course: Course, assignment: str) -> list[Path]:
    """Write `solutions/<a>/<a>.md` and its variants; returns the files."""
    slug = SLUG.fullmatch(assignment)
    if not slug:
        raise GradingError(f"{assignment!r} is no name such as 02_tokenizers")
    folder = course.root / "solutions" / assignment
    if folder.exists():
        raise GradingError(f"{folder} is there already")
    title = f"Assignment {int(slug[1])}: {slug[2].replace('_', ' ')}"
    source = folder / f"{assignment}.md"
    variants = folder / "variants" / "middle.py"
    variants.parent.mkdir(parents=True)
    text = (TEMPLATE / "assignment.md").read_text(encoding="utf-8")
    source.write_text(text.replace("{title}", title), encoding="utf-8")
    variants.write_text((TEMPLATE / "middle.txt").read_text(encoding="utf-8"), encoding="utf-8")
    return [source, variants]
