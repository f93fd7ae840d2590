"""Run a submission as plain Python: the points that nbgrader gives, without starting Jupyter.

`trial(notebook, path)` takes 0.02 s where the checks are small, autograding seconds. It is for
authors, who try many made submissions that they trust; a class is graded by `python -m grader`.

The cells above the last answer before the first check run once, in a process that is kept: a trial
goes on in a fork of it. As in the grader, answers and probes have one namespace, and the other
lines of checks another.
"""

import contextlib
import copy
import functools
import io
import linecache
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, kind, problem, read
from grader.authoring.probes import parts
from grader.authoring.weave import withheld_modules
from grader.engine.plan import Check, Step, steps_of
from grader.engine.warm import warm_torch

# What is slow to import; torch's optimizers import its compiler.
PRELOADED = [
    *("numpy", "matplotlib.pyplot", "torch._dynamo"),
    *("grader.authoring.trial", "grader.authoring.variants"),
]
CAN_FORK = hasattr(os, "fork")  # else each trial runs all cells


@dataclass(frozen=True)
class Outcome:
    """What one check of a submission gave."""

    check: str  # id of the check cell
    problem: str
    points: float
    earned: float
    message: str  # "AssertionError: ..." of a failing check, else ""


@dataclass(frozen=True)
class Lines:
    """A code cell of a submission; of a check, the source's own text."""

    source: str
    kind: str | None
    name: str = ""
    points: float = 0.0


def trial(notebook: NotebookNode, path: Path, timeout_s: float = 120.0) -> list[Outcome]:
    """Run `notebook`, a submission to the assignment `path`, and return one Outcome per check.

    Hidden checks run too: check cells are taken from the source. The modules that the assignment
    weaves cannot be imported. Raises TimeoutError after `timeout_s` seconds, RuntimeError when the
    process dies.
    """
    checks = {cell.id: cell.source for cell in cells(read(path), "check")}
    code = [_lines(cell, checks) for cell in notebook.cells if cell.cell_type == "code"]
    first = next((i for i, cell in enumerate(code) if cell.kind == "check"), len(code))
    above = max((i for i, cell in enumerate(code[:first]) if cell.kind == "answer"), default=0)
    stage = _stage(Path(path).parents[2], tuple(withheld_modules(path)), tuple(code[:above]))
    try:
        return stage.play(code[above:], timeout_s)
    except BaseException:
        _stage.cache_clear()
        stage.kill()
        raise
    finally:
        if not CAN_FORK:
            _stage.cache_clear()


def _lines(cell: NotebookNode, checks: dict[str, str]) -> Lines:
    name = grade_id(cell)
    if name not in checks:
        return Lines(cell.source, kind(cell))
    return Lines(checks[name], "check", name, float(cell.metadata.nbgrader.points))


class Stage:
    """A process in which the first cells of notebooks have run; it ends when nobody holds it."""

    def __init__(self, course: Path, withheld: Sequence[str], above: Sequence[Lines]) -> None:
        context = _context()
        self.connection, theirs = context.Pipe()
        arguments = (theirs, str(course), withheld, above)
        self.process = context.Process(target=_wait_for_trials, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def play(self, below: list[Lines], timeout_s: float) -> list[Outcome]:
        """What the checks among the other cells give."""
        try:
            self.connection.send(below)
            if not self.connection.poll(timeout_s):
                raise TimeoutError(f"the submission ran for more than {timeout_s:g} s")
            return self.connection.recv()
        except (EOFError, ConnectionError):
            raise RuntimeError("the submission ended its process") from None

    def kill(self) -> None:
        """End the process, and the trial that it waits for."""
        if CAN_FORK:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()


_stage = functools.lru_cache(maxsize=1)(Stage)


def _context() -> Any:
    """Fresh processes, from a server with the slow imports behind it where the system has one."""
    if not CAN_FORK:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _wait_for_trials(
    connection: Connection, course: str, withheld: Sequence[str], above: Sequence[Lines]
) -> None:
    """Body of the process of a stage."""
    if CAN_FORK:
        os.setpgrp()
    sys.path.insert(0, course)
    sys.modules.update(dict.fromkeys(withheld))  # type: ignore[arg-type]
    warnings.simplefilter("ignore")
    sys.stdout = sys.stderr = io.StringIO()
    warm_torch()  # on one thread: others would not live in a fork
    namespaces = Namespaces()
    namespaces.run(above)
    with contextlib.suppress(EOFError):
        while True:
            below = connection.recv()
            for check in (cell for cell in below if cell.kind == "check"):
                _prepared(check.source)
            connection.send(_in_fork(namespaces, below) if CAN_FORK else namespaces.run(below))


def _in_fork(namespaces: "Namespaces", below: Sequence[Lines]) -> list[Outcome]:
    """What `run` gives in a fork of this process; raises EOFError where that dies."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        sender.send(namespaces.run(below))
        os._exit(0)
    sender.close()
    try:
        return receiver.recv()
    finally:
        receiver.close()
        os.waitpid(child, 0)


@functools.lru_cache(maxsize=256)
def _prepared(source: str) -> tuple[str, list[Step]]:
    """The woven text of a check, and its parts as they are written: work it out before a fork."""
    return Check("", 0.0, source).woven, steps_of(parts(source), "<check>")


class Namespaces:
    """What the names of a notebook stand for: in answers and probes, and in all other lines."""

    def __init__(self) -> None:
        self.theirs: dict[str, Any] = {"__name__": "__main__"}
        self.ours: dict[str, Any] = {"__name__": "__main__"}

    def run(self, code: Sequence[Lines]) -> list[Outcome]:
        """Run cells, and say what their checks give."""
        outcomes = []
        for cell in code:
            if cell.kind == "check":
                message = self._check(*_prepared(cell.source))
                earned = 0.0 if message else cell.points
                place = (cell.name, problem(cell.name))
                outcomes.append(Outcome(*place, cell.points, earned, message))
            elif cell.kind == "given":
                self._given(cell.source)
            else:
                execute(cell.source, self.theirs)
        return outcomes

    def _given(self, source: str) -> str:
        """Run lines that both sides need."""
        before = dict(self.theirs)
        message = execute(source, self.theirs)
        self.ours |= {n: v for n, v in self.theirs.items() if before.get(n, before) is not v}
        return message

    def _check(self, woven: str, steps: list[Step]) -> str:
        """Run a check cell; "" or what one of its parts raised."""
        message = self._given(woven)
        for step in [] if message else steps:
            if step.code is not None:
                message = execute(step.part.text, self.ours)
            else:
                self.theirs |= copy.deepcopy(self._data(self.ours, step.sent))
                message = execute(step.source, self.theirs)
                self.ours |= self._data(self.theirs, step.wanted)
            if message:
                break
        return message

    @staticmethod
    def _data(namespace: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
        found = {name: namespace[name] for name in names if name in namespace}
        return {n: value for n, value in found.items() if not isinstance(value, ModuleType)}


def execute(source: str, namespace: dict[str, Any]) -> str:
    """Run one cell; "" or the name and the message of what it raised."""
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # for inspect
    try:
        exec(compile(source, name, "exec"), namespace)
    except Exception as error:  # whatever a submission raises is its outcome
        return f"{type(error).__name__}: {error}"
    return ""
