"""Run a submission as plain Python: the points that nbgrader gives, without starting Jupyter.

`trial(notebook, path)` takes 0.02 s where the checks are small, autograding seconds. It is for
authors, who try many made submissions that they trust; a class is graded by `python -m grader`.
"""

import contextlib
import copy
import io
import linecache
import multiprocessing
import sys
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, problem, read
from grader.authoring.probes import parts
from grader.authoring.weave import withheld_modules

# What is slow to import; torch's optimizers import its compiler.
PRELOADED = [
    *("numpy", "matplotlib.pyplot", "torch._dynamo"),
    *("grader.authoring.trial", "grader.authoring.variants"),
]


@dataclass(frozen=True)
class Outcome:
    """What one check of a submission gave."""

    check: str  # id of the check cell
    problem: str
    points: float
    earned: float
    message: str  # "AssertionError: ..." of a failing check, else ""


def trial(notebook: NotebookNode, path: Path, timeout_s: float = 120.0) -> list[Outcome]:
    """Run `notebook`, a submission to the assignment `path`, and return one Outcome per check.

    Hidden checks run too: check cells are taken from the source. The modules that the assignment
    weaves cannot be imported. Raises TimeoutError after `timeout_s` seconds, RuntimeError when the
    process dies.
    """
    checks = {grade_id(cell): cell.source for cell in cells(read(path), "check")}
    course, withheld = Path(path).parents[2], withheld_modules(path)
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    arguments = (notebook, checks, str(course), withheld, sender)
    process = context.Process(target=_run, args=arguments, daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(timeout_s):
            raise TimeoutError(f"the submission ran for more than {timeout_s:g} s")
        return receiver.recv()
    except EOFError:
        raise RuntimeError("the submission ended its process") from None
    finally:
        process.kill()
        process.join()


def _context() -> Any:
    """Fresh processes, from a server with the slow imports behind it where the system has one."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _run(
    notebook: NotebookNode, checks: dict[str, str], course: str, withheld: list, sender: Connection
) -> None:
    """Body of the process of `trial`."""
    sys.path.insert(0, course)
    sys.modules.update(dict.fromkeys(withheld))
    warnings.simplefilter("ignore")
    namespace = {"__name__": "__main__"}
    outcomes = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                name = grade_id(cell) or ""
                run = _check if name in checks else _execute
                message = run(checks.get(name, cell.source), namespace)
                if name in checks:
                    points = float(cell.metadata.nbgrader.points)
                    earned = 0.0 if message else points
                    outcomes.append(Outcome(name, problem(name), points, earned, message))
    sender.send(outcomes)


def _check(source: str, namespace: dict) -> str:
    """Run a check cell; its probes work on copies of its data, as they do in the grader."""
    bound: set[str] = set()
    for part in parts(source):
        kept = {name: namespace[name] for name in bound & part.reads if part.is_probe}
        namespace |= copy.deepcopy(kept)
        if message := _execute(part.text, namespace):
            return message
        namespace |= {name: value for name, value in kept.items() if name not in part.binds}
        bound |= part.data
    return ""


def _execute(source: str, namespace: dict) -> str:
    """Run one cell; return "" or the name and the message of what it raised."""
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # for inspect
    try:
        exec(compile(source, name, "exec"), namespace)
    except Exception as error:  # whatever a submission raises is its outcome
        return f"{type(error).__name__}: {error}"
    return ""
