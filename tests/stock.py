"""What stock nbgrader gives for a submission, without the seconds that a kernel needs to start.

`scores(notebook, path)` runs nbgrader's own Execute step (nbclient and a real ipykernel) and reads
the points off as nbgrader does. The kernel is forked from a process that has the slow imports
behind it, and killed at the end. One setting is the course's own: a line on stderr costs nothing.
`tests/test_equality.py` shows on a sample that `nbgrader autograde` gives the same.
"""

import contextlib
import copy
import multiprocessing
import os
import sys
import tempfile
import uuid
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from grading.preprocessors import KeepWarningsFree
from tools.assignment import cells, grade_id, read
from tools.weave import withheld_modules

PRELOADED = ["numpy", "torch._dynamo", "ipykernel.ipkernel", "matplotlib.pyplot", "tests.stock"]
PATIENCE_S = 120  # no submission here loops for ever; a busy machine may be slow


class ForkedKernel:
    """A forked process, as jupyter_client wants its kernels: like subprocess.Popen."""

    def __init__(self, *arguments: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self.process: ForkServerProcess = context.Process(target=run_kernel, args=arguments)
        self.process.daemon = True
        self.process.start()
        self.pid = self.process.pid
        self.stdin = self.stdout = self.stderr = None

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        self.process.kill()

    terminate = kill


def run_kernel(connection_file: str, folder: str, course: str, withheld: list[str]) -> None:
    """Body of the forked process."""
    from ipykernel.kernelapp import IPKernelApp

    sys.modules["torch"].set_num_threads(1)
    os.chdir(folder)
    sys.path[:0] = [folder, course]
    sys.modules.update(dict.fromkeys(withheld))
    options = ["--HistoryManager.hist_file=:memory:", f"--IPKernelApp.parent_handle={os.getppid()}"]
    options += ["--log-level=CRITICAL"]
    IPKernelApp.launch_instance(argv=["-f", connection_file, *options])


class Forking(LocalProvisioner):
    """Forks kernels."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        """Fork a kernel for the connection file that `cmd` names."""
        file = next(word for word in cmd if word.endswith(".json"))
        self.process = ForkedKernel(file, *self.parent.place)
        self.pid = self.process.pid
        return self.connection_info


class ForkingManager(AsyncKernelManager):
    """Starts kernels by a fork."""

    place: tuple[str, str, list[str]]  # working folder, course, withheld modules

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        self.provisioner = Forking(
            kernel_id=str(uuid.uuid4()), kernel_spec=self.kernel_spec, parent=self
        )
        return await super()._async_pre_start_kernel(**options)


def scores(notebook: NotebookNode, path: Path, hidden: bool = True) -> dict[str, float]:
    """Points of each check of a submission to the assignment whose source is `path`.

    Without `hidden` the checks are those in the notebook, as a student runs them.
    """
    notebook = copy.deepcopy(notebook)
    if hidden:
        locked = {grade_id(c): c.source for c in cells(read(path), "check", "given")}
        for cell in notebook.cells:
            cell.source = locked.get(grade_id(cell), cell.source)
    with tempfile.TemporaryDirectory() as folder:
        course = str(Path(path).parents[2])
        ForkingManager.place = folder, course, withheld_modules(path)
        execute = Execute(
            timeout=PATIENCE_S,
            iopub_timeout=PATIENCE_S,
            startup_timeout=PATIENCE_S,
            kernel_manager_class=ForkingManager,
            shutdown_kernel="immediate",
        )
        execute.preprocess(notebook, {"metadata": {"path": folder}})
    KeepWarningsFree().preprocess(notebook, {})
    return {grade_id(c): determine_grade(c)[0] for c in cells(notebook, "check")}
