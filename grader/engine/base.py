"""The process that examiners are forked from: the checks are compiled, the imports are done.

It reads a line of JSON for every submission from its standard input and answers with an attempt on
the standard output, as JSON too. Each submission gets a process of its own, in which whatever data
a student sends can do harm to nothing but its own examination: when that process hangs or dies, a
new one goes through the cells again and leaves out the check at which the last one was lost.
"""

import datetime
import gc
import hashlib
import json
import os
import platform
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from grader import fingerprint
from grader.attempt import Attempt, CheckResult, Limits
from grader.course import Course
from grader.engine.autograded import write_autograded
from grader.engine.cells import Cells
from grader.engine.examiner import Examination
from grader.engine.namespaces import die_with_parent
from grader.engine.nursery import Nursery
from grader.engine.plan import Plan, plan
from grader.engine.readable import default_read_paths
from grader.engine.sandbox import SandboxError
from grader.engine.warm import import_all, library_records, warm_torch
from grader.reading import Broken, read_notebook
from grader.restore import restore

Skipped = dict[str, CheckResult]
SPARE_MB = 1024  # beyond what a student's process may take
RETRIES = 2  # of an examination that is lost before its first check, or at the same one again
PATIENCE_S = 10.0  # beyond its limit, for an examination that writes its results
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",  # as many graders as cores, one thread each
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TORCHDYNAMO_DISABLE": "1",  # no compiler can be started
    "PYTHONHASHSEED": "0",  # the order of sets: every run gives the same result
}


class Base:
    """What all submissions to one assignment share."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.course, self.assignment = Course(Path(options["root"])), options["assignment"]
        self.limits, self.scratch = Limits(**options["limits"]), options["scratch"]
        self.pid = os.getpid()
        self.unsafe, self.uid = options["unsafe"], options["uid"]
        self.plan: Plan = plan(
            self.course.source(self.assignment), self.course.exercise(self.assignment)
        )
        self.nursery = self.start_nursery()  # starts while this process does its own imports
        sys.path.insert(0, str(self.course.root))
        self.trusted = Cells(self.limits.text)
        for name in self.plan.leading:
            shown = self.trusted.run(self.plan.given[name], f"<cell {name}>")
            if shown.error:
                raise RuntimeError(f"the given cell {name!r} fails: {shown.error!r}")
        for check in self.plan.checks.values():
            check.prepare()
        import_all(self.plan.imports)
        library_records(tuple(self.plan.packages))
        warm_torch()
        self.nursery.wait()
        self.source = fingerprint.source(self.course, self.assignment)
        self.environment = fingerprint.environment()
        gc.collect()
        gc.freeze()

    def start_nursery(self) -> Nursery:
        """A zygote with what the assignment imports, which can read no answer and no check."""
        scratch, home = (tempfile.mkdtemp(dir=self.scratch) for _ in range(2))
        os.chmod(self.scratch, 0o711)  # the students' user goes through it
        os.chmod(home, 0o755)
        library = [self.course.root / package for package in self.plan.packages]
        data = [path for path in [self.course.root / "data"] if path.is_dir()]
        read, listed = default_read_paths(library, self.plan.withheld, data)
        return Nursery({
            "parent": self.pid,
            "unsafe": self.unsafe,
            "withheld": self.plan.withheld,
            "preload": [*self.plan.packages, *self.plan.imports],
            "packages": self.plan.packages,
            "scratch": scratch,
            "scratch_mb": self.limits.scratch_mb,
            "text": self.limits.text,
            "policy": {
                "read": [*read, home],
                "listed": listed,
                "scratch": scratch,
                "uid": self.uid,
                "memory_mb": self.limits.memory_mb,
                "file_mb": self.limits.file_mb,
                "cpu_s": int(self.limits.submission_s) + 1,
            },
            "environment": self.zygote_environment(home),
        })  # fmt: skip

    def zygote_environment(self, home: str) -> dict[str, str]:
        """Nothing of the grader's own environment: it may hold a database's password."""
        tools = Path(__file__).parents[2]
        paths = os.pathsep.join(map(str, dict.fromkeys([self.course.root, tools])))
        homes = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"), home)
        return ENVIRONMENT | homes | {"PYTHONPATH": paths}

    def grade(self, student: str, number: int, into: str) -> Attempt:
        """Grade one submission; its autograded notebook goes to the folder `into`."""
        started = time.monotonic()
        attempt = self.new_attempt(student, number)
        try:
            attempt.submission = fingerprint.submission(self.course, self.assignment, student)
            notebook, attempt.notes = restore(
                self.plan.released, read_notebook(self.course.submitted(self.assignment, student))
            )
            self.examine(attempt, notebook, into)
        except (Broken, OSError) as fault:
            attempt.status, attempt.reason = "broken", str(fault)
        attempt.seconds = round(time.monotonic() - started, 3)
        return attempt

    def new_attempt(self, student: str, number: int) -> Attempt:
        """An attempt of which nothing but its circumstances is known."""
        key = f"{self.assignment}/{student}".encode()
        return Attempt(
            self.assignment,
            student,
            number,
            started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            source=self.source,
            environment=self.environment,
            seed=int.from_bytes(hashlib.sha256(key).digest()[:4]),
            limits=self.limits.under_load(),
            worker=f"{platform.node()}:{os.getpid()}",
        )

    def examine(self, attempt: Attempt, notebook: Any, into: str) -> None:
        """Examine in a process of its own, and again without the check at which one was lost."""
        skipped: Skipped = {}
        failures = 0
        end = time.monotonic() + attempt.limits.submission_s + PATIENCE_S
        while True:
            examiner = Examiner(self, attempt, notebook, into, skipped)
            outcome = examiner.wait(end)
            if outcome is not None:
                vars(attempt).update(vars(Attempt.from_json(outcome)))
                return
            self.nursery.close()
            self.nursery = self.start_nursery()
            self.nursery.wait()
            if examiner.at is not None and examiner.at not in skipped:
                skipped[examiner.at] = self.lost(examiner.at, examiner.was_late)
            elif (failures := failures + 1) > RETRIES:
                raise Broken("it could not be examined: the process that examined it died")

    def lost(self, name: str, was_late: bool) -> CheckResult:
        """The result of a check at which the examiner itself was lost."""
        status, message = "died", "what the answers returned ended the process of the check"
        if was_late:
            status, message = "timeout", "the check took too long with what the answers returned"
        points = self.plan.checks[name].points
        return CheckResult(name, points, status=status, message=message)  # type: ignore[arg-type]


def limit_memory(megabytes: int) -> None:
    """Let this process take so much more; what a student returned could ask for any amount."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Examiner:
    """A process that examines one submission, and the pipe on which it says how far it is."""

    def __init__(
        self, base: Base, attempt: Attempt, notebook: Any, into: str, skipped: Skipped
    ) -> None:
        self.base, self.limits = base, attempt.limits
        self.at: str | None = None  # the check that it is at
        self.was_late = False
        self.reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            die_with_parent(base.pid)
            os.close(self.reader)
            limit_memory(base.limits.memory_mb + SPARE_MB)
            self.work(writer, attempt, notebook, into, skipped)
        os.close(writer)

    def work(
        self, writer: int, attempt: Attempt, notebook: Any, into: str, skipped: Skipped
    ) -> None:
        """In the new process: examine, say every check by name, then the attempt."""
        status = 1
        try:
            base = self.base
            examination = Examination(
                base.plan, notebook, base.nursery, self.limits, base.trusted, attempt.seed
            )
            for name in examination.run(skipped):
                os.write(writer, json.dumps({"at": name}).encode() + b"\n")
            attempt.checks, attempt.cells = examination.checks, examination.cells
            attempt.layers = examination.layers
            attempt.notes += examination.notes()
            folder = base.course.private(into, attempt.student, attempt.assignment)
            path = folder / f"{attempt.assignment}.ipynb"
            write_autograded(path, notebook, base.plan, examination.shown)
            with os.fdopen(writer, "wb") as file:
                file.write(json.dumps({"attempt": attempt.as_json()}).encode() + b"\n")
            status = 0
        except BaseException:
            traceback.print_exc()  # a fault of ours, or what a student's data did to this process
        finally:
            os._exit(status)

    def wait(self, end: float) -> dict[str, Any] | None:
        """What the process found, as an attempt's JSON; None where it was lost."""
        found, left = None, b""
        patience = self.limits.cell_s + PATIENCE_S
        while True:
            timeout = min(patience, max(0.0, end - time.monotonic()))
            ready = select.select([self.reader, sys.stdin], [], [], timeout)[0]
            if sys.stdin in ready:
                raise SystemExit  # the supervisor is gone: it says nothing while it waits
            if not ready:
                self.was_late = True
                os.kill(self.pid, signal.SIGKILL)
                break
            data = os.read(self.reader, 1 << 20)
            if not data:
                break
            *lines, left = (left + data).split(b"\n")
            for line in map(json.loads, lines):
                self.at, found = line.get("at", self.at), line.get("attempt", found)
        os.close(self.reader)
        os.waitpid(self.pid, 0)
        return found


def main() -> None:
    """Answer jobs until the standard input closes."""
    options = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints does not get between the answers
    try:
        base = Base(options)
        print(json.dumps({"ready": True}), file=answers, flush=True)
        while line := sys.stdin.readline():
            attempt = base.grade(*json.loads(line))
            print(json.dumps(attempt.as_json()), file=answers, flush=True)
    except SandboxError as error:
        print(json.dumps({"refused": str(error)}), file=answers, flush=True)
    finally:
        shutil.rmtree(options["scratch"], ignore_errors=True)


if __name__ == "__main__":
    main()
