"""What a class gets for a topic: `make bundle TOPIC=01` writes `_build/bundle/01_ngrams.zip`.

    HOWTO.md                       one page: where to run it, how to hand it in
    01_ngrams.ipynb                the assignment; its first cell installs the library
    minillm-0.1.0-py3-none-any.whl the library without the answers of this topic and of later ones
    book/                          the student edition; book/notebooks/ holds its chapters

All of it runs without the repository.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from grader.authoring.assignment import AssignmentError, assignments, course_folder, path_of
from grader.authoring.build_exercises import release
from tools.book import build, inputs, wheel
from tools.book.notebooks import install_code

HOWTO = """\
# {title}

You need Python 3.11 or later, on your own computer, a JupyterHub or Google Colab.

## What is here

| | |
|:--|:--|
| `{name}.ipynb` | your assignment |
| `{wheel}` | the course's library, `minillm`; what you write yourself is missing in it |
| `book/` | the book, to read; its chapters are notebooks in `book/notebooks/` |

## On your own computer

In a terminal, in this folder:

```
python3 -m venv .venv
.venv/bin/pip install jupyterlab "./{wheel}{extra}"
.venv/bin/jupyter lab {name}.ipynb
```

On Windows the programs are in `.venv\\Scripts` instead of `.venv/bin`.

## On JupyterHub

Upload `{name}.ipynb` and `{wheel}` into one folder. Open the notebook.

## On Google Colab

Open `{name}.ipynb` with *File > Upload notebook*. Upload `{wheel}`
with the folder symbol at the left. Then run the first cell.

## Work

1. Run the first cell. It installs `minillm` where it is missing.
2. Write each answer in its cell, and run the check below it.
3. At the end run all cells from a fresh start: *Kernel > Restart Kernel and Run All Cells*, on
   Colab *Runtime > Restart session and run all*. Save, download the notebook, hand in this file.

Cells that are marked as given, and the check cells, stay as they are.

## The book

`python3 -m http.server -d book` in this folder, then open <http://localhost:8000>. The pages show
what every cell prints. In the notebooks of `book/notebooks/`, a cell that needs a function of yours
says `NotImplementedError`, with the problem in which you write it.
"""


def bundle(topic: str, course: Path) -> Path:
    """Write the archive for a topic, `01` or `01_ngrams`, and return its path."""
    name = full_name(topic, course)
    folder = course / "_build" / "bundle" / name
    shutil.rmtree(folder, ignore_errors=True)
    pages = build.build(course, "student", name)
    shutil.copytree(pages, folder / "book", ignore=shutil.ignore_patterns(".*", "_sources"))
    library = wheel.build(folder, course, name)
    extra = "[torch]" if needs_torch(name, course) else ""
    notebook = release(path_of(name, course))
    install = nbformat.v4.new_code_cell(install_code(course, name, "", extra), id="install")
    notebook.cells.insert(0, install)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    title = next(c.source for c in notebook.cells if c.cell_type == "markdown")
    heading = re.search(r"^# (.+)$", title, re.MULTILINE)
    howto = HOWTO.format(
        title=heading[1] if heading else name, name=name, wheel=library.name, extra=extra
    )
    (folder / "HOWTO.md").write_text(howto, encoding="utf-8")
    return Path(shutil.make_archive(str(folder), "zip", folder.parent, name))


def full_name(topic: str, course: Path) -> str:
    """The assignment that a topic's number or name means."""
    found = [name for name in assignments(course) if topic in (name, name.split("_")[0])]
    if len(found) != 1:
        known = ", ".join(assignments(course))
        raise AssignmentError(f"TOPIC is the number or the name of one of {known}, not {topic!r}")
    return found[0]


def needs_torch(name: str, course: Path) -> bool:
    """Whether the assignment or the chapter of a topic imports PyTorch."""
    pages = (path_of(name, course), course / "book" / f"{name}.md")
    return any(inputs.needs(page, course, "torch") for page in pages if page.exists())


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("topic", help="01, or 01_ngrams")
    try:
        print(bundle(parser.parse_args().topic, course_folder()))
    except AssignmentError as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
