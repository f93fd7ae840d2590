"""A grading process as the supervisor sees it: give it a job, get an attempt."""

import contextlib
import dataclasses
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

from grader.attempt import Attempt, Job, Limits
from grader.course import Course, GradingError
from grader.engine.sandbox import SandboxError

FIRST_UID = 61000  # of the users whom students' processes become where the grader is root
UIDS = 4096
PER_PROCESS = 64  # that the number of the process grows by for each of its workers
WORKERS = itertools.count()
DEFAULT_LIMITS = Limits()


class Worker:
    """One grading process for one assignment; use it in a `with` statement.

    Raises SandboxError where the sandbox is not to be had and `unsafe` is False.
    """

    def __init__(
        self, course: Course, assignment: str, limits: Limits = DEFAULT_LIMITS, unsafe: bool = False
    ) -> None:
        self.course, self.assignment, self.unsafe = course, assignment, unsafe
        self.scratch = tempfile.mkdtemp(prefix="grading-")
        options = {
            "root": str(course.root),
            "assignment": assignment,
            "limits": dataclasses.asdict(limits),
            "unsafe": unsafe,
            "uid": self._uid(),
            "scratch": self.scratch,
        }
        tools = str(Path(__file__).parents[2])
        paths = [str(course.root), tools, os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.engine.base"],  # nothing of the current folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONHASHSEED": "0"}
            | {"IPYTHONDIR": self.scratch}
            | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        )
        self._ask(options)

    def _uid(self) -> int | None:
        """A user of its own for this worker's students; no two workers here share one."""
        number = os.getpid() + next(WORKERS) * PER_PROCESS
        return FIRST_UID + number % UIDS if os.geteuid() == 0 else None

    def grade(self, job: Job, into: str = "autograded") -> Attempt:
        """Grade a submission; the autograded notebook goes to `gradebook/<into>`."""
        return Attempt.from_json(self._ask([job.student, job.number, into]))

    def _ask(self, question: object) -> dict:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
            answer = stdout.readline()
        except (BrokenPipeError, ValueError):
            answer = ""
        if not answer:
            raise GradingError("a grading process ended by itself: see the messages above")
        found = json.loads(answer)
        if "refused" in found:
            raise SandboxError(found["refused"])
        return found

    def close(self) -> None:
        """End the process and all that belongs to it; may be called twice, and by any thread."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                stream and stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
