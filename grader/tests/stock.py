"""What stock nbgrader gives for a submission, without the seconds that a kernel takes.

`scores(notebook, path)` runs the cells in IPython's own shell, which is what a kernel puts its
messages around, in a process forked from one that has the slow imports behind it. A check earns its
points where no error leaves it; the course lets a line on stderr cost nothing.
`grader/tests/test_equality.py` shows on a sample that `nbgrader autograde` gives the same.
"""

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.authoring.assignment import cells, grade_id, read
from grader.authoring.weave import withheld_modules
from grader.course import Course

PRELOADED = ["numpy", "torch._dynamo", "matplotlib.pyplot", "grader.tests.stock"]
PATIENCE_S = 300  # no submission here loops for ever; a busy machine may be slow


def stock_api(course: Course) -> NbGraderAPI:
    """The API of nbgrader with the settings of a course, and with its own command `autograde`."""
    config = course.config()
    config.Autograde.pop("exporter_class")
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def scores(notebook: NotebookNode, path: Path, hidden: bool = True) -> dict[str, float]:
    """Points of each check of a submission to the assignment whose source is `path`.

    Without `hidden` the checks are those in the notebook, as a student runs them. Raises
    TimeoutError after `PATIENCE_S`.
    """
    locked = {grade_id(c): c.source for c in cells(read(path), "check", "given")} if hidden else {}
    codes = [(grade_id(c), c.source) for c in notebook.cells if c.cell_type == "code"]
    sources = [(name, locked.get(name, source)) for name, source in codes]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    receiver, sender = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        arguments = sources, folder, str(Path(path).parents[2]), withheld_modules(path), sender
        process = context.Process(target=run, args=arguments, daemon=True)
        process.start()
        sender.close()
        try:
            if not receiver.poll(PATIENCE_S):
                raise TimeoutError(f"the submission ran for more than {PATIENCE_S} s")
            ended_well = receiver.recv()
        finally:
            process.kill()
            process.join()
    points = {grade_id(c): float(c.metadata.nbgrader.points) for c in cells(notebook, "check")}
    return {name: points[name] * ended_well[name] for name in points}


def run(
    sources: list[tuple], folder: str, course: str, withheld: list[str], sender: Connection
) -> None:
    """Body of the process: run the cells in `folder` and send which ended without an error."""
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.chdir(folder)
    sys.path[:0] = [folder, course]
    sys.modules.update(dict.fromkeys(withheld))
    if "torch" in sys.modules:  # another test may have chosen what is behind forked processes
        sys.modules["torch"].set_num_threads(1)
    InteractiveShell.history_load_length = 0
    shell = InteractiveShell.instance(colors="NoColor")
    shell.history_manager.enabled = False
    shell.InteractiveTB.structured_traceback = lambda *error, **options: []  # slow, and not read
    ended_well = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for name, source in sources:
            ended_well[name] = shell.run_cell(source, store_history=True).success
    sender.send(ended_well)
