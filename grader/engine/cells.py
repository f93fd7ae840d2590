"""Run the code cells of a notebook in one namespace: IPython's shell, without Jupyter around it.

So all that works which works in a notebook: magics, `display`, a top-level `await`. What a cell
shows is caught as nbformat outputs: its text, what it displays, open Matplotlib figures, its error.
What a process may not do here (run commands, install packages) says so and does nothing.
"""

import base64
import contextlib
import io
import linecache
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

SILENT = {"matplotlib", "pylab", "gui", "config", "load_ext", "reload_ext", "autoreload"}
PROGRAMS = {"pip", "conda", "mamba", "micromamba", "uv", "edit", "notebook"}  # that magics start


@dataclass
class Shown:
    """What a cell showed, and how it ended."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: BaseException | None = None


class Capture(io.StringIO):
    """A text stream that keeps the first `limit` characters and counts the rest."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.room, self.left_out = limit, 0

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        text = str(text)
        kept = text[: self.room]
        self.room -= len(kept)
        self.left_out += len(text) - len(kept)
        return super().write(kept) and len(text)

    def text(self) -> str:
        """What was kept, and how much was left out."""
        more = f"\n[{self.left_out} more characters]" if self.left_out else ""
        return self.getvalue() + more


class _Compiler(CachingCompiler):
    """Gives the code of a cell the name that it has in tracebacks."""

    file = "<cell>"

    def get_code_name(self, *rest: object) -> str:
        return self.file


class _Publisher(DisplayPublisher):
    """Keeps what `display` shows."""

    shell: "Shell"

    def publish(self, data: dict[str, Any], *rest: Any, **options: Any) -> None:
        self.shell.keep("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.displayed.clear()


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    shell: "Shell"

    def quiet(self) -> bool:
        return self.shell.source.rstrip().endswith(";")

    def write_format_data(self, data: dict[str, Any], metadata: object = None) -> None:
        self.shell.keep("execute_result", data)

    def start_displayhook(self) -> None: ...
    def write_output_prompt(self) -> None: ...
    def finish_displayhook(self) -> None: ...


class Shell(InteractiveShell):
    """IPython's shell, which shows nothing itself."""

    compiler_class = Type(_Compiler)
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    text_limit = 100_000
    source = ""
    displayed: list[dict[str, Any]]

    def keep(self, kind: str, data: dict[str, Any]) -> None:
        """Note an output: a picture, else its text."""
        png = data.get("image/png")
        if png:
            png = png if isinstance(png, str) else base64.b64encode(png).decode()
            self.displayed.append({"output_type": "display_data", "png": png})
        else:
            text = str(data.get("text/plain", ""))[: self.text_limit]
            self.displayed.append({"output_type": kind, "text": text})

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a `%magic`, unless there is nothing here that it could do."""
        if magic_name in SILENT:
            return None
        if magic_name in PROGRAMS or not self.find_line_magic(magic_name):
            return print(f"%{magic_name} does nothing while work is graded")
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a `%%magic`, unless it would start a program."""
        known = self.find_cell_magic(magic_name)
        if not known or "script" in getattr(known, "__qualname__", "script"):
            return print(f"%%{magic_name} does nothing while work is graded")
        return super().run_cell_magic(magic_name, line, cell)

    def system(self, cmd: str) -> None:
        """Refuse a `!command`."""
        print(f"!{cmd} does nothing while work is graded: it would start another program")

    def getoutput(self, cmd: str, *rest: object, **options: object) -> SList:
        """Refuse `x = !command`, which gives no lines then."""
        self.system(cmd)
        return SList()

    def showtraceback(self, *rest: object, **options: object) -> None:
        """Show nothing: the error is noted."""

    showsyntaxerror = showindentationerror = showtraceback
    system_raw = system_piped = system

    def enable_gui(self, gui: object = None) -> None:
        """Open no windows."""

    def ask_exit(self) -> None:
        """Go on: a notebook that is graded has no end but its last cell."""


class Cells:
    """A namespace, and the cells that run in it one after the other."""

    def __init__(self, text_limit: int = 100_000) -> None:
        main = ModuleType("__main__")
        self.namespace: dict[str, Any] = vars(main)
        self.text_limit = text_limit
        self.shell = _shell()
        self.shell.text_limit = text_limit
        self.shell.init_create_namespaces(main)
        self.shell.init_sys_modules()  # dataclasses look for a module named `__main__`
        self.shell.init_user_ns()

    def run(self, source: str, file: str, is_probe: bool = False) -> Shown:
        """Run one cell; `file` stands for its file in tracebacks. A probe is plain Python."""
        shown = Shown()
        self.shell.displayed, self.shell.source = [], source
        with catching(self.text_limit, shown):
            if is_probe:
                shown.error = self._execute(source, file)
            else:
                self.shell.compile.file = file
                result = self.shell.run_cell(source, store_history=False)
                shown.error = result.error_before_exec or result.error_in_exec
        shown.outputs += self.shell.displayed
        shown.outputs += _figures()
        return shown

    def _execute(self, source: str, file: str) -> BaseException | None:
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        try:
            exec(compile(source, file, "exec"), self.namespace)
        except BaseException as error:  # exits and interrupts too are what the lines did
            return error
        return None


def _shell() -> Shell:
    """The one shell of this process, made in the process that others are forked from."""
    if not Shell.initialized():
        config = Config()
        config.HistoryManager.enabled = False
        folder = os.environ.get("IPYTHONDIR") or tempfile.mkdtemp()
        shell = Shell.instance(config=config, ipython_dir=folder)
        formatters: Any = shell.display_formatter.formatters  # type: ignore[union-attr]
        formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", print_figure)
        shell.displayed = []
        shell.run_cell("None", store_history=False)  # which imports what it needs
    return Shell.instance()  # type: ignore[no-any-return]


@contextlib.contextmanager
def catching(limit: int, shown: Shown) -> Iterator[None]:
    """Catch what is written to stdout and stderr as outputs of `shown`."""
    streams = {"stdout": Capture(limit), "stderr": Capture(limit)}
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(streams["stdout"]))
        stack.enter_context(contextlib.redirect_stderr(streams["stderr"]))
        yield
    texts = {name: stream.text() for name, stream in streams.items()}
    shown.outputs[:0] = [
        {"output_type": "stream", "name": name, "text": text}
        for name, text in texts.items()
        if text
    ]


def stack(error: BaseException, limit: int = 20_000) -> str:
    """The traceback of `error` from the first line of a cell on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename.startswith("<")), 0)
    lines = traceback.format_list(frames[first:][-30:])
    return "".join([*lines, *traceback.format_exception_only(error)])[:limit]


def line_in(error: BaseException, name: str) -> int:
    """The last line of the cell `name` that the error went through, from 1; 0: none."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno or 0
    lines = [n for frame, n in traceback.walk_tb(error.__traceback__)
             if frame.f_code.co_filename == name]  # fmt: skip
    return lines[-1] if lines else 0


def _figures() -> list[dict[str, Any]]:
    """The open Matplotlib figures as PNG, which are closed then."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    outputs = []
    with contextlib.suppress(Exception):  # a figure that cannot be drawn costs nothing
        for number in pyplot.get_fignums():
            file = io.BytesIO()
            pyplot.figure(number).savefig(file, format="png", bbox_inches="tight")
            png = base64.b64encode(file.getvalue()).decode()
            outputs.append({"output_type": "display_data", "png": png})
        pyplot.close("all")
    return outputs
