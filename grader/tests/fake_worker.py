"""A worker for tests of the schedulers: a small process that says "graded", or dies.

What it does depends on the student's id: `killer...` ends the process, `unlucky...` does so the
first time, `slow...` takes ten minutes, `host...` kills the process that owns the worker.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from grader.attempt import Attempt, Job, Limits
from grader.course import Course, GradingError

PROGRAM = """
import json, os, sys, time
for line in sys.stdin:
    student = json.loads(line)
    if student.startswith("killer"):
        os._exit(9)
    time.sleep(600 if student.startswith("slow") else 0.01)
    print(os.getpid(), flush=True)
"""


class FakeWorker:
    """A process that reads names and answers with its number."""

    def __init__(
        self, course: Course, assignment: str, limits: Limits, unsafe: bool = False
    ) -> None:
        if assignment == "no_sandbox":
            raise GradingError("this machine has no sandbox")
        self.folder = course.root
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._note("started", str(self.process.pid))

    def grade(self, job: Job, into: str) -> Attempt:
        """Ask the process; EOFError where it is gone."""
        self._note("graded", job.student)
        tries = self._times(job.student)
        student = "killer" if job.student.startswith("unlucky") and tries == 1 else job.student
        if student.startswith("host"):
            os.kill(os.getpid(), signal.SIGKILL)
        self.process.stdin.write(json.dumps(student).encode() + b"\n")
        self.process.stdin.flush()
        if not self.process.stdout.readline():
            raise EOFError("the process is gone")
        return Attempt(job.assignment, job.student, job.number, worker=str(os.getpid()))

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):  # what it was asked may wait there still
                stream.close()

    def _note(self, what: str, text: str) -> None:
        with open(Path(self.folder) / what, "a") as file:
            file.write(f"{text}\n")

    def _times(self, student: str) -> int:
        return (Path(self.folder) / "graded").read_text().split().count(student)
