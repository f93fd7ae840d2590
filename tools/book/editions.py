"""The editions of the book: where their pages are, and whether they are up to date."""

from collections.abc import Iterator
from pathlib import Path

EDITIONS = ("open", "student")
SOURCES = (
    *("_config.yml", "_toc.yml", "tools/book", "book", "minillm", "data"),
    *("solutions", "exercises"),
)


def pages_folder(course: Path, edition: str) -> Path:
    """Where the pages of an edition are."""
    return course / "_build" / ("html" if edition == "open" else f"{edition}/html")


def sources(course: Path) -> Iterator[Path]:
    """Every file that the book is built from."""
    for name in SOURCES:
        path = course / name
        files = [path] if path.is_file() else path.rglob("*")
        yield from (f for f in files if f.is_file() and "__pycache__" not in f.parts)


def is_current(course: Path, edition: str) -> bool:
    """Whether the last build ended well and no source is younger than it."""
    complete = pages_folder(course, edition) / ".complete"
    return complete.exists() and (
        max(f.stat().st_mtime for f in sources(course)) <= complete.stat().st_mtime
    )
