"""Build the book: run what changed on all cores, write the pages, the notebooks and the wheel.

    python -m tools.book.build               the open edition, into _build/html
    python -m tools.book.build student       the student edition, into _build/student/html

What a chapter's cells print is kept in `_build/.jupyter_cache` for both editions. A chapter runs
again when its cells change, or one of the files that they read (`tools.book.inputs`).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from jupyter_cache.executors import load_executor

from grader.authoring.assignment import course_folder
from tools.book import inputs
from tools.book.editions import EDITIONS, is_current, pages_folder

FOR_INSTRUCTORS = "For instructors"  # the caption of a part of _toc.yml
TIMEOUT_S = 120  # for one cell, as in _config.yml
READER = {"name": "myst_nb_md", "type": "plugin"}


def build(course: Path, edition: str, topic: str = "") -> Path:
    """Build an edition and return the folder of its pages; raises `CalledProcessError`.

    `topic` is that of a class: its wheel has the answers of earlier topics.
    """
    pages = pages_folder(course, edition)
    execute(course)
    # Jupyter Book puts pages into `_build/html` of a folder that it is given.
    top = course if edition == "open" else pages.parent
    for stale in (pages, course / "_build" / ".doctrees" if top == course else top):
        shutil.rmtree(stale, ignore_errors=True)
    program = Path(sys.executable).parent / "jupyter-book"
    command = [str(program), "build", ".", "-W", "-n", "--keep-going", "--path-output", str(top)]
    command += ["--toc", str(table_of_contents(course, edition, top))]
    env = os.environ | {"EDITION": edition, "TOPIC": topic}
    subprocess.run(command, cwd=course, env=env, check=True)
    if edition != "open":
        (top / "_build" / "html").rename(pages)
    (pages / ".complete").touch()
    return pages


def table_of_contents(course: Path, edition: str, folder: Path) -> Path:
    """The file that lists the pages of an edition: students need nothing for instructors."""
    if edition == "open":
        return course / "_toc.yml"
    toc = yaml.safe_load((course / "_toc.yml").read_text())
    toc["parts"] = [part for part in toc["parts"] if part["caption"] != FOR_INSTRUCTORS]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False))
    return folder / "_toc.yml"


def execute(course: Path) -> list[Path]:
    """Run the pages whose cells or inputs have changed, side by side; returns those.

    A page that fails is left to the build, which runs it again and reports it.
    """
    folder = course / "_build" / ".jupyter_cache"
    folder.mkdir(parents=True, exist_ok=True)
    cache = get_cache(folder)
    pages = [page for page in sorted((course / "book").glob("*.md")) if inputs.cells(page)]
    forget(cache, pages, course)
    waiting = [page for page in pages if not is_cached(cache, page)]
    if waiting:
        numbers = [cache.add_nb_to_project(str(page), read_data=READER).pk for page in waiting]
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        load_executor("local-parallel", cache).run_and_cache(
            filter_pks=numbers, timeout=TIMEOUT_S, allow_errors=False
        )
        join_printed(folder)
    return waiting


def join_printed(folder: Path) -> None:
    """Join what each cell printed, in the notebooks of a cache.

    A kernel sends it in parts, cut anywhere; the pages would start a new line with each of them.
    """
    for file in folder.glob("executed/*/base.ipynb"):
        notebook = nbformat.read(file, nbformat.NO_CONVERT)
        for cell in notebook.cells:
            joined: list[nbformat.NotebookNode] = []
            for output in cell.get("outputs", []):
                last = joined[-1] if joined else {}
                if output.get("name", 0) == last.get("name", 1):  # streams alone have names
                    last["text"] += output["text"]
                else:
                    joined.append(output)
            if joined:
                cell["outputs"] = joined
        nbformat.write(notebook, file)


def forget(cache: JupyterCacheAbstract, pages: list[Path], course: Path) -> list[Path]:
    """Take from the cache the pages of which an input has changed since it was filled."""
    file = course / "_build" / ".jupyter_cache" / "inputs.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    now = {page.stem: inputs.digest(page, course) for page in pages}
    stale = [page for page in pages if before.get(page.stem) != now[page.stem]]
    for record in cache.list_cache_records():
        if Path(record.uri).name in {page.name for page in stale}:
            cache.remove_cache(record.pk)
    file.write_text(json.dumps(now, indent=1) + "\n")
    return stale


def is_cached(cache: JupyterCacheAbstract, page: Path) -> bool:
    """Whether the cache knows what a page's cells print."""
    number = cache.add_nb_to_project(str(page), read_data=READER).pk
    return cache.get_cached_project_nb(number) is not None


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("edition", nargs="?", default="open", choices=EDITIONS)
    parser.add_argument("--if-stale", action="store_true", help="build nothing that is current")
    options = parser.parse_args()
    course = course_folder()
    pages = pages_folder(course, options.edition)
    if not (options.if_stale and is_current(course, options.edition)):
        try:
            build(course, options.edition)
        except subprocess.CalledProcessError:
            return 1
    print(f"Start page:  file://{pages}/index.html")
    print("The interactive figures need a server:  make serve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
