"""The trusted side of one submission: goes through its cells and gives the points.

Answers, a student's own cells and probes run in the student's process, given cells in both, all
other lines of checks here. It goes through the notebook once for what the student sees: every cell,
and the visible lines of every check, on the student's own functions. Nothing of what follows is
shown: the hidden lines, with the right answers to earlier problems, and the visible ones again
where the student's own earlier answers may be why they failed. All names stand then for what they
did where the check stands.

When the student's process is lost, the cell or check that lost it pays; a fresh one repeats what
went before, and the examination goes on.
"""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from nbformat import NotebookNode

from grader.attempt import CellResult, CheckResult, Limits
from grader.authoring.assignment import grade_id, kind, problem
from grader.engine.cells import Cells, Shown, catching, line_in, stack
from grader.engine.codec import CodecError, Unsent, text_of
from grader.engine.nursery import Nursery
from grader.engine.plan import Check, Plan, Step
from grader.engine.pupil import Lost, Pupil
from grader.engine.warm import library_records, own_records

MOST = 100  # outputs of one cell
KINDS = ("stream", "execute_result", "display_data")
SECOND = 1.0  # that a check may go on after its probes have run out of time
WITH_REFERENCE = "With the right answers to earlier problems this check passes.\n"


class Overdue(BaseException):
    """A check itself runs for too long, on what the answers returned."""


class InProbe(Exception):
    """Carries what a probe raised."""

    def __init__(self, data: dict[str, Any], step: Step) -> None:
        super().__init__()
        self.data, self.step = data, step


@dataclass
class Open:
    """A check whose visible lines have run, and which is not decided yet."""

    check: Check
    result: CheckResult
    before: dict[str, Any]  # what the trusted names stood for above the check
    after: dict[str, Any] = field(default_factory=dict)  # and below its visible lines


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
        self.namespace = trusted.namespace
        self.trusted = trusted
        self.pupil = Pupil(nursery, seed)
        self.done: list[tuple] = []  # questions to ask again after a crash
        self.shown: dict[str, list[dict[str, Any]]] = {}  # outputs of each cell
        self.checks: list[CheckResult] = []
        self.cells: list[CellResult] = []
        self.hidden: dict[str, Any] = {}  # data that hidden lines of checks have bound
        own = (c.source for c in notebook.cells if grade_id(c) not in (*plan.checks, *plan.given))
        self.words = set(re.findall(r"\w+", "\n".join(own)))  # of the student's cells
        started = time.monotonic()
        self.end = started + limits.submission_s
        # Cells of the student's own leave time for the checks.
        self.own_end = started + limits.submission_s / 2

    def run(self, skipped: dict[str, CheckResult]) -> Iterator[str]:
        """Go through the cells; yields the id of every check before its lines run.

        `skipped` holds results of checks that an earlier run could not finish.
        """
        self.start()
        undecided = []
        for cell in self.notebook.cells:
            name = grade_id(cell) or cell.id
            if name in skipped:
                self.checks.append(skipped[name])
            elif name in self.plan.checks:
                yield name
                found = self.look(self.plan.checks[name])
                self.checks.append(found.result)
                undecided += [found] * self.goes_on(found)
            elif cell.cell_type == "code":
                self.cell(name, self.plan.given.get(name, cell.source), kind(cell))
        for found in undecided:
            yield found.check.id
            self.decide(found)
        self.pupil.end()

    # Cells of the student, and given ones

    def cell(self, name: str, source: str, what: str | None) -> None:
        """Run a cell in the student's process, and here too if it is the course's own."""
        file, given = f"<cell {name}>", what == "given"
        if given:
            if name not in self.plan.leading:
                self.trusted.run(source, file)
            self.note_records()
        started = time.monotonic()
        result = CellResult(name)
        try:
            if self.pupil.channel is None:
                self.revive()
            self.set_deadline(self.end if what else self.own_end)
            if self.pupil.deadline <= started:
                raise Lost("timeout", "cells of your own have taken too long: it was not run")
            reply = self.ask("cell", file, source, given)
            self.shown[name] = plain_outputs(reply)
            self.describe(result, reply["raised"], file)
        except Lost as lost:
            result.status, result.message = lost.status, lost.reason  # type: ignore[assignment]
            self.shown[name] = [_error(lost.status, lost.reason, "")]
        result.seconds = round(time.monotonic() - started, 3)
        if not given:
            self.cells.append(result)

    def describe(self, result: CellResult, raised: dict[str, Any] | None, file: str) -> None:
        """Say in `result` what the cell raised."""
        if raised is None:
            return
        result.status, result.error = "error", type(raised["error"]).__name__
        result.message = text_of(raised["error"])
        result.line = raised["line"] if raised["place"] == file else 0
        self.shown[result.id].append(_error(result.error, result.message, raised["stack"]))

    def note_records(self) -> None:
        """Let instances of the classes of given cells and of the library travel by value."""
        self.pupil.records.update(library_records(tuple(self.plan.packages)))
        self.pupil.records.update(own_records(self.namespace, self.plan.given_classes))

    def ask(self, *question: Any, again: bool = True) -> dict[str, Any]:
        """Ask the student's process, started again if need be; `again`: after a crash, too."""
        if self.pupil.channel is None:
            self.revive()
        reply = self.pupil.ask(*question)
        self.done += [question] * again
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
        self.set_deadline()

    def start(self) -> None:
        """Start a process in which no cell has run."""
        self.set_deadline()
        self.pupil.start()

    def set_deadline(self, end: float | None = None) -> None:
        """Let what comes next take as long as a cell may, and not beyond `end`."""
        self.pupil.deadline = min(time.monotonic() + self.limits.cell_s, end or self.end)

    # Checks

    def look(self, check: Check) -> Open:
        """Run the visible lines of a check on the student's own functions."""
        result, shown = CheckResult(check.id, check.points), Shown()
        found = Open(check, result, dict(self.namespace))
        self.shown[check.id] = shown.outputs
        if error := self.steps(found, check.visible, shown):
            self.judge(result, check, error)
            shown.outputs.append(self.error_output(result, check, error))
        else:
            result.earned = check.points
        found.after = dict(self.namespace)
        with suppress(Lost):  # the next cell starts a fresh process
            self.set_deadline()
            self.leave(check)
        return found

    def goes_on(self, found: Open) -> bool:
        """Whether lines that the student does not see, or right earlier answers, decide."""
        return bool(found.check.hidden if found.result.earned else found.check.reference)

    def decide(self, found: Open) -> None:
        """Run what is not shown of a check: the hidden lines, and visible ones that failed."""
        check, seen = found.check, found.result.status == "passed"
        self.namespace.clear()
        self.namespace.update(self.hidden | (found.after if seen else found.before))
        steps = check.hidden if seen else check.steps
        place = f"{'after' if seen else 'before'} {check.id}"
        result, shown = CheckResult(check.id, check.points, check.points), Shown()
        if error := self.steps(found, steps, shown, place=place):
            self.judge(result, check, error)
            if not seen and not result.hidden:
                return  # the student sees why
            output = self.error_output(result, check, error)
            self.shown[check.id] = [*self.shown[check.id] * seen, output]
        elif not seen:
            text = {"output_type": "stream", "name": "stdout", "text": WITH_REFERENCE}
            self.shown[check.id] = [text]
        vars(found.result).update(vars(result), seconds=found.result.seconds)
        bound = {name for step in check.hidden for name in step.part.data}
        self.hidden |= {n: self.namespace[n] for n in bound if n in self.namespace}

    def steps(
        self, found: Open, steps: list[Step], shown: Shown, place: str = ""
    ) -> BaseException | None:
        """Run parts of a check where they belong; returns what ended them."""
        started, check = time.monotonic(), found.check
        self.set_deadline()
        try:
            if self.pupil.channel is None:
                self.revive()
            with self.in_time():
                if place:
                    self.ask("return", place, check.reference, again=False)
                    exec(check.reference_code, self.namespace)
                elif check.reference and steps:
                    self.ask("mark", f"before {check.id}")
                for step in steps:
                    if step.code is None:
                        self.probe(check, step, shown, again=not place)
                    else:
                        self.decide_lines(step, shown)
                if check.hidden and not place:
                    self.ask("mark", f"after {check.id}")
        except BaseException as error:  # also an exit, which is as good as any other failure
            return error
        finally:
            taken = found.result.seconds + time.monotonic() - started
            found.result.seconds = round(taken, 3)
        return None

    def decide_lines(self, step: Step, shown: Shown) -> None:
        """Run trusted lines here."""
        caught = Shown()
        try:
            with catching(self.limits.text, caught):
                exec(step.code, self.namespace)  # type: ignore[arg-type]
        finally:
            shown.outputs += caught.outputs

    def probe(self, check: Check, step: Step, shown: Shown, again: bool) -> None:
        """Run a probe beside the student's code; the names that it binds are data here then."""
        sent = {name: self.namespace[name] for name in step.sent if name in self.namespace}
        sent = {
            n: value for n, value in sent.items() if not isinstance(value, ModuleType)
        }  # np.sort
        try:
            reply = self.ask("probe", check.file, step.source, sent, step.wanted, again=again)
        except CodecError:
            raise TypeError(self.unsendable(sent)) from None
        except Lost as lost:
            lost.line = step.part.start  # type: ignore[attr-defined]
            raise
        shown.outputs += plain_outputs(reply)
        for name in step.wanted:
            self.namespace.pop(name, None)
            if name in reply["values"]:
                self.namespace[name] = value = reply["values"][name]
                if isinstance(value, Unsent):
                    value.label = name
        if reply["raised"]:
            raise InProbe(reply["raised"], step)

    def unsendable(self, sent: dict[str, Any]) -> str:
        """What is wrong with values of which one is no data."""
        for name, value in sent.items():
            try:
                self.pupil.codec.encode(value)
            except CodecError as error:
                return f"{name} cannot be sent to a probe ({error}): make it inside of the probe"
        return "what a probe reads is too large"

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Stop a check that goes on by itself for longer than its probes may take."""

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
        result.earned, result.line = 0.0, getattr(error, "line", line_in(error, check.file))
        if isinstance(error, InProbe):
            part, data = error.step.part, error.data
            inside = data["place"] == check.file and part.start <= data["line"] <= part.end
            result.line, result.students = data["line"] if inside else part.start, True
            error = data["error"]
        result.hidden = result.line in check.hidden_lines
        if isinstance(error, Lost):
            result.status = error.status  # type: ignore[assignment]
            result.message = f"{problem(check.id)}: {error.reason}"
        elif isinstance(error, Overdue):
            result.status = "timeout"
            result.message = "the check took too long with what the answers returned"
        else:
            result.status = "failed" if isinstance(error, AssertionError) else "error"
            result.error, result.message = type(error).__name__, text_of(error)[: self.limits.text]
            if isinstance(error, MemoryError):
                result.message = "it asked for more memory than a submission may take"
        if result.hidden:
            result.message = self.without_data(result.message)

    def without_data(self, message: str) -> str:
        """The author's message of a hidden line, with dots for what a student's process filled in.

        That process has seen the hidden inputs, and the right answers to earlier problems.
        """
        fitting = [known.text for known in self.plan.messages if known.fits(message)]
        return max(fitting, key=len, default=message)

    def error_output(self, result: CheckResult, check: Check, error: BaseException) -> dict:
        """What the autograded notebook shows of a failed check."""
        name = result.error or {"timeout": "TimeoutError"}.get(result.status, "RuntimeError")
        lines = check.source.split("\n")
        line = lines[result.line - 1] if 0 < result.line <= len(lines) else ""
        text = stack(error) if not isinstance(error, Lost | Overdue | InProbe) else ""
        text = error.data["stack"] if isinstance(error, InProbe) else text
        place = f"Cell In[{{count}}], line {result.line}\n---> {line}\n" if result.line else ""
        return _error(name, result.message, place + text)

    def leave(self, check: Check) -> None:
        """Give the student's later cells what the visible trusted lines left behind."""
        names, helpers, source = check.left
        if not self.words & {*names, *helpers}:
            return
        values = {}
        for name in names:
            with suppress(CodecError, KeyError):
                self.pupil.codec.encode(self.namespace[name])
                values[name] = self.namespace[name]
        self.ask("probe", check.file, source, values, [])

    @property
    def layers(self) -> list[str]:
        """The layers of the sandbox that were active."""
        return self.pupil.layers

    def notes(self) -> list[str]:
        """For the student: cells that did not end."""
        reasons = {"timeout": "ran for too long and was stopped", "died": "ended its process"}
        return [f"cell {c.id} {reasons[c.status]}" for c in self.cells if c.status in reasons]


def plain_outputs(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs in a reply of a student's process: texts, whatever else it sent."""
    return [
        {key: text for key, text in output.items() if type(key) is type(text) is str}
        for output in reply["outputs"][:MOST]
        if type(output) is dict and output.get("output_type") in KINDS
    ]


def _error(name: str, message: str, traceback: str) -> dict[str, Any]:
    return {"output_type": "error", "name": name, "message": message, "traceback": traceback}
