"""Run the code cells of a notebook in one namespace, without Jupyter.

What a cell shows is caught as nbformat outputs: its text, the value of its last expression, open
Matplotlib figures, its error. IPython's syntax is understood; of its magics those work that only
look or time (`%timeit`), and all others do nothing but say so.
"""

import ast
import base64
import contextlib
import io
import linecache
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

IDLE_MAGICS = ("matplotlib", "config", "load_ext", "reload_ext", "autoreload", "pylab")
TIMING_MAGICS = ("time", "timeit", "prun", "capture")


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


class Magics:
    """Stands for IPython's shell in `get_ipython()`."""

    def __init__(self, cells: "Cells") -> None:
        self.cells = cells

    def run_line_magic(self, name: str, line: str, *rest: object) -> None:
        """Run a `%magic`."""
        if name in TIMING_MAGICS:
            self.cells.execute(_without_options(line), "<magic>")
        elif name not in IDLE_MAGICS:
            print(f"%{name} does nothing while work is graded")

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        """Run a `%%magic`."""
        if name in TIMING_MAGICS:
            self.cells.execute(body, "<magic>")
        else:
            print(f"%%{name} does nothing while work is graded")

    def system(self, line: str) -> None:
        """Refuse a `!command`."""
        print(f"!{line} does nothing while work is graded")

    getoutput = system


class Cells:
    """A namespace, and the cells that run in it one after the other."""

    def __init__(self, text_limit: int = 100_000) -> None:
        main = sys.modules["__main__"] = ModuleType("__main__")  # dataclasses look there
        self.namespace: dict[str, Any] = vars(main)
        magics = Magics(self)
        self.namespace["get_ipython"] = lambda: magics
        self.text_limit = text_limit

    def run(self, source: str, name: str, is_probe: bool = False) -> Shown:
        """Run one cell; `name` stands for its file in tracebacks."""
        shown = Shown()
        with catching(self.text_limit, shown):
            try:
                value = self.execute(self.as_python(source), name)
                if value is not None and not is_probe:
                    shown.outputs.append(_value(value, self.text_limit))
            except BaseException as error:  # exits and interrupts too are what the cell did
                shown.error = error
        shown.outputs += _figures()
        return shown

    def as_python(self, source: str) -> str:
        """The source with IPython's own syntax in plain Python."""
        try:
            ast.parse(source)
        except (SyntaxError, ValueError):
            return TransformerManager().transform_cell(source)
        return source

    def execute(self, source: str, name: str) -> Any:
        """Execute source; returns the value of a last expression without `;`, else None."""
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        tree = ast.parse(source, name)
        end = tree.body[-1] if tree.body else None
        last = end if isinstance(end, ast.Expr) else None
        if last:
            del tree.body[-1]
        exec(compile(tree, name, "exec"), self.namespace)
        if last is None:
            return None
        value = eval(compile(ast.Expression(last.value), name, "eval"), self.namespace)
        return None if source.rstrip().endswith(";") else value


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


def _without_options(line: str) -> str:
    return re.sub(r"^\s*(-[nrp]\s*\d+\s+|-\w+\s+)*", "", line)


def _value(value: Any, limit: int) -> dict[str, Any]:
    text = repr(value)[:limit]
    return {"output_type": "execute_result", "text": text}


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
