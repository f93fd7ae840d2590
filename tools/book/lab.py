"""Lay the chapters' notebooks out for a reader, in `notebooks/`: what `make lab` does first.

A notebook that the reader has not changed is brought up to date. One that was changed stays as it
is; where the chapter has changed since, it is kept under another name beside the new one.
"""

import hashlib
import json
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import course_folder
from tools.book.editions import pages_folder

BUILT = "built"  # the key of a notebook's metadata: a hash of its cells as they were built


def fingerprint(notebook: NotebookNode) -> str:
    """A hash of what the cells say, whatever they have printed."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def lay_out(built: Path, folder: Path) -> list[Path]:
    """Copy the notebooks of a folder into the reader's; returns the changed ones that it kept."""
    folder.mkdir(exist_ok=True)
    kept = []
    for source in sorted(built.glob("*.ipynb")):
        target = folder / source.name
        new = nbformat.read(source, as_version=4)
        if target.exists():
            own = nbformat.read(target, as_version=4)
            if own.metadata.get(BUILT) == new.metadata[BUILT]:
                continue
            if own.metadata.get(BUILT) != fingerprint(own):
                kept.append(target.rename(free_name(target)))
        shutil.copyfile(source, target)
    return kept


def free_name(path: Path) -> Path:
    """`01_ngrams_chapter-yours.ipynb`, or with a number after it."""
    names = (f"{path.stem}-yours{n or ''}{path.suffix}" for n in range(1000))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def main() -> None:
    """Command line."""
    course = course_folder()
    built = pages_folder(course, "open") / "notebooks"
    for path in lay_out(built, course / "notebooks"):
        print(f"The chapter has changed. Yours is now {path.relative_to(course)}.")


if __name__ == "__main__":
    main()
