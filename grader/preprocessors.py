"""Steps that nbgrader_config.py adds to nbgrader's own pipelines.

- `NameStubs`: the stub of an answer says which answer is missing, and so does a check.
- `KeepWarningsFree`: a line on stderr, such as a NumPy warning, would cost a check all its points.
- `PlainOutputs`: an output is text or a picture. HTML or a script would run in the browser of the
  person who marks it, with that person's rights in Jupyter; 100 MB of text would stop that browser.
- `HideHiddenChecks`: stock feedback is the autograded notebook, into which nbgrader has put the
  hidden checks back. Hidden regions go; of a cell that has one only its error stays, as the message
  that an author wrote. An output elsewhere that quotes a hidden line (a print of `In`) goes too.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.authoring.rules import MARK, region_lines
from grader.verdict import (
    NOT_TOLD,
    ON_OTHER_INPUTS,
    TELLING_LENGTH,
    Message,
    messages,
    not_attempted,
    shortened,
)

KEPT = ("text/plain", "image/png", "image/jpeg")
LONGEST_TEXT = 100_000  # characters of one output
LARGEST_PICTURE = 5_000_000  # characters of its base64
REMOVED = "[removed: it shows a hidden check]"


class NameStubs(NbGraderPreprocessor):
    """Let each stub say which answer is missing."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Put the message of `not_attempted` into the stub of an answer cell."""
        if utils.is_solution(cell) and cell.cell_type == "code":
            message = not_attempted(cell.metadata.nbgrader.grade_id)
            stub = f'raise NotImplementedError("{message}")'
            cell.source = cell.source.replace("raise NotImplementedError()", stub)
        return cell, resources


class KeepWarningsFree(NbGraderPreprocessor):
    """Count what a check cell writes to stderr as plain output."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Turn the stderr of a check cell into stdout."""
        if utils.is_grade(cell) and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.name = "stdout"
        return cell, resources


class PlainOutputs(NbGraderPreprocessor):
    """Keep the text and the pictures of outputs, and of long text the start."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Make the outputs of a code cell plain."""
        for output in cell.get("outputs", []):
            if "data" in output:
                output.metadata = NotebookNode()
                output.data = NotebookNode(_plain(output.data))
            elif output.output_type == "stream":
                output.text = shortened(output.text, LONGEST_TEXT)
            else:
                output.evalue = shortened(output.evalue, LONGEST_TEXT)
                output.traceback = [shortened(line, LONGEST_TEXT) for line in output.traceback]
        return cell, resources


def _plain(data: dict[str, str]) -> Iterator[tuple[str, str]]:
    for kind in KEPT:
        if kind == "text/plain" and kind in data:
            yield kind, shortened(data[kind], LONGEST_TEXT)
        elif len(data.get(kind, "")) in range(1, LARGEST_PICTURE):
            yield kind, data[kind]


class HideHiddenChecks(NbGraderPreprocessor):
    """Take the source of hidden checks, and what would quote it, out of a feedback page."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Hide the hidden lines of every cell of `nb`."""
        shows = any(cell.get("outputs") for cell in nb.cells if not hidden_lines(cell))
        secrets, known = _secrets(nb) if shows else set(), messages(nb)
        for cell in nb.cells:
            if hidden_lines(cell):
                errors = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [_only_message(error, cell, known) for error in errors]
                cell.source = without_hidden(cell.source)
            elif cell.get("outputs"):
                cell.outputs = [_without_secrets(output, secrets) for output in cell.outputs]
        return nb, resources


def _secrets(nb: NotebookNode) -> set[str]:
    """The hidden lines, bare, that no cell of the student holds."""
    hidden = {_bare(line) for cell in nb.cells for line in hidden_lines(cell)}
    students = [cell for cell in nb.cells if not utils.is_locked(cell)]
    own = {_bare(line) for cell in students for line in cell.source.split("\n")}
    return {line for line in hidden - own if len(line) >= TELLING_LENGTH}


def hidden_lines(cell: NotebookNode) -> list[str]:
    """The lines of a cell that students must not see."""
    return _hidden_lines(cell.source)


@lru_cache(maxsize=4096)  # most cells are the same in every submission
def _hidden_lines(source: str) -> list[str]:
    return region_lines(source, "HIDDEN TESTS") if "HIDDEN TESTS" in source else []


def without_hidden(source: str) -> str:
    """The text of a cell without its hidden regions."""
    shown, inside = [], False
    for line in source.split("\n"):
        mark = MARK.fullmatch(line)
        if mark:
            inside = mark["edge"] == "BEGIN"
        elif not inside:
            shown.append(line)
    return "\n".join(shown)


def _only_message(error: NotebookNode, cell: NotebookNode, known: list[Message]) -> NotebookNode:
    """The error without traceback, its message if an author wrote it or a visible line met it."""
    name = error.ename if error.ename.isidentifier() else "Error"
    if name == error.ename and _met_in_sight(error, cell):
        text = error.evalue
    elif any(message.fits(error.evalue) for message in known):
        text = ON_OTHER_INPUTS + error.evalue
    else:
        text = NOT_TOLD
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _met_in_sight(error: NotebookNode, cell: NotebookNode) -> bool:
    """Whether the line of `cell` that met the error, as the traceback has it, is a visible one."""
    frame = re.compile(rf"Cell In\[{cell.execution_count}\], line (\d+)")
    entries = (frame.match(re.sub(r"\x1b\[[\d;]*m", "", entry)) for entry in error.traceback)
    line = next((int(entry[1]) for entry in entries if entry), 0)
    above = cell.source.split("\n")[:line]
    marks = [mark["edge"] for mark in map(MARK.fullmatch, above) if mark]
    return line > 0 and (not marks or marks[-1] == "END")


def _bare(text: str) -> str:
    """Text without what quoting, colouring and wrapping change."""
    return re.sub(r"\\n|\x1b\[[\d;]*m|[\s\\'\"]", "", text)


def _without_secrets(output: NotebookNode, secrets: set[str]) -> NotebookNode:
    shown = _bare(str(output.get("text", "")) + "".join(output.get("traceback", [])))
    shown += _bare("".join(str(value) for value in output.get("data", {}).values()))
    if any(secret in shown for secret in secrets):
        return new_output("stream", name="stdout", text=REMOVED)
    return output
