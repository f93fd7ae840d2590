"""The trusted side of one submission: goes through its cells and gives the points.

Answers and a student's own cells run in the student's process, given cells in both, checks here.
When that process is lost, the cell or check that lost it pays; the earlier cells run again in a
fresh one, and the examination goes on.
"""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from grader.attempt import CellResult, CheckResult, Limits
from grader.authoring.assignment import grade_id
from grader.engine.cells import Cells, Shown, catching, line_in, stack
from grader.engine.nursery import Nursery
from grader.engine.plan import Check, Plan
from grader.engine.pupil import Lost, Pupil
from grader.engine.records import library_records

MOST = 100  # outputs of one cell
KINDS = ("stream", "execute_result", "display_data")
SECOND = 1.0  # that a check may go on after its calls have run out of time


class Overdue(BaseException):
    """A check itself runs for too long, on what the answers returned."""


@dataclass
class Shows:
    """The outputs of one cell of the notebook."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    after_hidden: bool = False  # a hidden check had run before


class Examination:
    """One submission, from its first cell to its last."""

    def __init__(
        self,
        plan: Plan,
        notebook: NotebookNode,
        nursery: Nursery,
        limits: Limits,
        trusted: Cells,
        seed: int,
    ) -> None:
        self.plan, self.notebook, self.limits = plan, notebook, limits
        self.trusted = trusted
        self.pupil = Pupil(nursery, seed)
        self.pupil.classes = plan.classes
        self.done: list[tuple] = []  # questions to ask again after a crash
        self.overridden: set[str] = set()  # names that hold a woven reference by now
        self.shows: dict[str, Shows] = {}
        self.checks: list[CheckResult] = []
        self.cells: list[CellResult] = []
        self.seen_hidden = False
        self.end = time.monotonic() + limits.submission_s

    def run(self, skipped: dict[str, CheckResult]) -> Iterator[str]:
        """Go through the cells; yields the id of every check before it runs.

        `skipped` holds results of checks that an earlier run could not finish.
        """
        self.start()
        for cell in self.notebook.cells:
            name = grade_id(cell) or cell.id
            if name in self.plan.checks:
                yield name
                check = self.plan.checks[name]
                result = skipped.get(name) or self.check(check)
                self.checks.append(result)
            elif cell.cell_type == "code":
                self.cell(name, self.plan.given.get(name, cell.source), name in self.plan.given)
        self.show_again()
        self.pupil.end()

    # Cells of the student, and given ones

    def cell(self, name: str, source: str, given: bool) -> None:
        """Run a cell in the student's process, and here too if it is the course's own."""
        file = f"<cell {name}>"
        if given and name not in self.plan.leading:
            self.trusted.run(source, file)
        if given:
            self.note_records()
        started = time.monotonic()
        result = CellResult(name)
        try:
            reply = self.ask("cell", file, source, given)
            self.shows[name] = Shows(plain_outputs(reply), self.seen_hidden)
            self.describe(result, reply["raised"], file)
        except Lost as lost:
            result.status, result.message = lost.status, lost.reason  # type: ignore[assignment]
            self.shows[name] = Shows([_error(lost.status, lost.reason, "")])
        result.seconds = round(time.monotonic() - started, 3)
        if not given:
            self.cells.append(result)

    def describe(self, result: CellResult, raised: dict[str, Any] | None, file: str) -> None:
        """Say in `result` what the cell raised."""
        if raised is None:
            return
        result.status, result.error = "error", _short(raised["names"][0])
        result.message = raised["text"]
        result.line = raised["line"] if raised["cell"] == file else 0
        error = _error(result.error, result.message, raised["stack"])
        self.shows[result.id].outputs.append(error)

    def note_records(self) -> None:
        """Let instances of the classes of given cells and of the library travel by value."""
        own = {
            name: value
            for name, value in self.trusted.namespace.items()
            if isinstance(value, type) and value.__module__ == "__main__"
        }
        known = {n: c for n, c in own.items() if n in self.plan.given_classes}
        self.pupil.records.update(library_records(tuple(self.plan.packages)) | known)

    def ask(self, *question: Any) -> dict[str, Any]:
        """Ask the student's process, started again if need be, and remember to ask again."""
        if self.pupil.channel is None:
            self.revive()
        self.set_deadline()
        reply = self.pupil.ask(*question)
        self.done.append(question)
        return reply

    def revive(self) -> None:
        """Start a fresh process and bring it to where the lost one was."""
        again, self.done = self.done, []
        self.start()
        for question in again:
            try:
                self.set_deadline()
                self.pupil.ask(*question)
                self.done.append(question)
            except Lost:  # what went well before does not now: it is left out from now on
                self.start()
                for earlier in self.done:
                    self.pupil.ask(*earlier)

    def start(self) -> None:
        """Start a process in which no cell has run."""
        self.set_deadline()
        self.pupil.start()
        self.pupil.ask("library", self.plan.packages)

    def set_deadline(self) -> None:
        """Let what comes next take as long as a cell may."""
        self.pupil.deadline = min(time.monotonic() + self.limits.cell_s, self.end)

    # Checks

    def check(self, check: Check) -> CheckResult:
        """Run a check cell here."""
        started = time.monotonic()
        result = CheckResult(check.id, check.points)
        shown = Shown()
        try:
            self.prepare(check)
            with self.in_time(), catching(self.limits.text, shown):
                self.pupil.outside = sys.stdout
                exec(check.code, self.trusted.namespace)
            result.earned = check.points
        except BaseException as error:  # also an exit, which is as good as any other failure
            self.judge(result, check, error)
            shown.outputs.append(self.error_output(result, check, error))
        self.seen_hidden |= bool(check.hidden_lines)
        self.shows[check.id] = Shows(shown.outputs)
        self.leave(check)
        result.seconds = round(time.monotonic() - started, 3)
        return result

    def prepare(self, check: Check) -> None:
        """Bring the student's names up to date, here and there."""
        if check.woven:
            self.ask("cell", f"<woven {check.id}>", check.woven, True)
            self.overridden |= check.woven_names
        elif self.pupil.channel is None:
            self.revive()
        self.set_deadline()
        wanted = [name for name in self.plan.names if name not in self.overridden]
        values = self.pupil.names(wanted)
        for name in wanted:
            self.trusted.namespace.pop(name, None)
        self.trusted.namespace.update(values)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Stop a check that goes on by itself for longer than its calls may take."""

        def ring(signal_number: int, frame: object) -> None:
            raise Overdue

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, self.pupil.deadline - time.monotonic() + SECOND)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def judge(self, result: CheckResult, check: Check, error: BaseException) -> None:
        """Say in `result` how the check failed."""
        result.line = line_in(error, check.file)
        result.hidden = result.line in check.hidden_lines
        if isinstance(error, Lost):
            result.status = error.status  # type: ignore[assignment]
            doing = self.pupil.doing or "an answer"
            result.message = f"{doing}: {error.reason}"
        elif isinstance(error, Overdue):
            result.status = "timeout"
            result.message = "the check took too long with what the answers returned"
        else:
            result.status = "failed" if isinstance(error, AssertionError) else "error"
            result.error, result.message = type(error).__name__, _text(error)[: self.limits.text]
            if isinstance(error, MemoryError):
                result.message = "it asked for more memory than a submission may take"
            result.students = hasattr(error, "students")

    def error_output(self, result: CheckResult, check: Check, error: BaseException) -> dict:
        """What the autograded notebook shows of a failed check."""
        name = result.error or {"timeout": "TimeoutError"}.get(result.status, "RuntimeError")
        lines = check.source.split("\n")
        line = lines[result.line - 1] if 0 < result.line <= len(lines) else ""
        students = getattr(error, "students", {}).get("stack", "")
        text = students or (stack(error) if not isinstance(error, Lost | Overdue) else "")
        place = f"Cell In[{{count}}], line {result.line}\n---> {line}\n" if result.line else ""
        return _error(name, result.message, place + str(text))

    def leave(self, check: Check) -> None:
        """Give the student's later cells what the visible lines of the check left behind."""
        if self.pupil.channel is None:
            return
        names = [name for name in check.shared_names if name in self.trusted.namespace]
        values = {name: self.trusted.namespace[name] for name in names}
        kept, sent = (
            self.pupil.codec.encode(self.pupil.sendable(values, plain)) for plain in (True, False)
        )
        with suppress(Lost):  # the next cell starts a fresh process
            self.set_deadline()
            self.pupil.ask("share", sent, check.shared_source)
            self.done.append(("share", kept, check.shared_source))

    @property
    def layers(self) -> list[str]:
        """The layers of the sandbox that were active."""
        return self.pupil.layers

    def notes(self) -> list[str]:
        """For the student: cells that did not end."""
        reasons = {"timeout": "ran for too long and was stopped", "died": "ended its process"}
        return [f"cell {c.id} {reasons[c.status]}" for c in self.cells if c.status in reasons]

    # What is shown

    def show_again(self) -> None:
        """Take what cells print and raise from a run that no hidden check has touched.

        A student's process could keep what hidden checks passed to it, and tell it later.
        """
        later = {name for name, show in self.shows.items() if show.after_hidden and show.outputs}
        if not later:
            return
        self.end = max(self.end, time.monotonic() + self.limits.cell_s)
        questions, self.done = self.done, []
        results = {cell.id: cell for cell in self.cells if cell.id in later}
        for name in later:
            self.shows[name] = Shows()
        for result in results.values():
            result.message, result.line = "", 0
        with suppress(Lost):
            self.revive()
            for question in questions:
                self.ask_again(question, results)

    def ask_again(self, question: tuple, results: dict[str, CellResult]) -> None:
        """Ask what was asked before, and note what is shown now by the cells of `results`."""
        file = question[1] if question[0] == "cell" else ""
        if file.startswith("<woven"):
            return  # pages show what a student's own parts give, and no reference
        reply = self.ask(*question)
        result = results.get(file.removeprefix("<cell ").removesuffix(">"))
        if result:
            self.shows[result.id] = Shows(plain_outputs(reply))
            self.describe(result, reply["raised"], file)


def plain_outputs(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs in a reply of a student's process: texts, whatever else it sent."""
    return [
        {key: text for key, text in output.items() if type(key) is type(text) is str}
        for output in reply["outputs"][:MOST]
        if type(output) is dict and output.get("output_type") in KINDS
    ]


def _error(name: str, message: str, traceback: str) -> dict[str, Any]:
    return {"output_type": "error", "name": name, "message": message, "traceback": traceback}


def _short(name: Any) -> str:
    return str(name).rpartition(".")[2]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
