'''Wrong and differently written right solutions, one file per case, named after what it does.

    solutions/01_ngrams/wrong/raw_counts_in_lower_orders.py
    solutions/01_ngrams/right/kneser_ney_with_dictionaries.py

A file is a docstring header and then Python code:

    """problem: kneser_ney
    mistake: lower orders use raw counts where continuation counts belong
    expects: continuation counts
    """

    def kneser_ney(tables, discounts):
        ...

- `problem` (needed): the id of the answer cell, `:answer: kneser_ney`.
- `mistake` (needed in `wrong/`): what is wrong, in one line. In `right/` write `way:` instead: what
  is done differently.
- `expects` (in `wrong/`, leave it out where no check can name this mistake): a fragment of the
  message with which one of the problem's checks fails. Upper and lower case do not matter.

Every function and class that the file defines at its top level replaces the one of the same name
in that answer cell; what has no counterpart there (imports, helpers, constants) is put before it.
The rest of the cell stays as the solution has it. A file that replaces nothing is an error.

    wrong(path), right(path)     the variants of the assignment whose source is `path`
    submission(path, *variants)  the notebook that a student would hand in: the release, its answer
                                 cells filled from the solution, with the variants put in
    untouched(path)              the release as it is
    trial(notebook, path)        runs a submission as plain Python in a fresh process, without
                                 Jupyter (0.02 s where the checks are small), and returns one
                                 Outcome per check, with the points that nbgrader gives

So a test of one wrong solution reads

    outcomes = trial(submission(path, variant), path)
    lost = [outcome for outcome in outcomes if outcome.earned < outcome.points]
    assert {outcome.problem for outcome in lost} == {variant.problem}
    assert any(variant.message.lower() in outcome.message.lower() for outcome in lost)
'''

import ast
import contextlib
import io
import multiprocessing
import re
import sys
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from nbformat import NotebookNode

from tools.assignment import AssignmentError, cells, grade_id, problem, read
from tools.build_exercises import release
from tools.weave import withheld_modules

MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*(?:\n|\Z)", re.MULTILINE)
WRITTEN_ANSWER = "A made answer to the written question."


@dataclass(frozen=True)
class Variant:
    """One wrong or differently written solution of one problem."""

    name: str  # the file's name without `.py`
    problem: str  # id of the answer cell
    mistake: str  # what is wrong, or in `right/` what is done differently
    message: str  # fragment of the message that a failing check prints; "" where none is expected
    source: str  # Python code after the header


@dataclass(frozen=True)
class Outcome:
    """What one check of a submission gave."""

    check: str  # id of the check cell
    problem: str
    points: float
    earned: float
    message: str  # "AssertionError: ..." of a failing check, else ""


def wrong(path: Path) -> list[Variant]:
    """The wrong solutions beside the source `path`, sorted by name."""
    return [_parse(file, "mistake") for file in sorted(Path(path).parent.glob("wrong/*.py"))]


def right(path: Path) -> list[Variant]:
    """The differently written right solutions beside the source `path`, sorted by name."""
    return [_parse(file, "way") for file in sorted(Path(path).parent.glob("right/*.py"))]


def _parse(file: Path, description: str) -> Variant:
    text = file.read_text(encoding="utf-8")
    module = ast.parse(text, filename=str(file))
    header = dict(re.findall(r"^(\w+):[ \t]*(.+?)[ \t]*$", ast.get_docstring(module) or "", re.M))
    for key in ("problem", description):
        if key not in header:
            raise AssignmentError(f"{file}: the docstring at the top has no line `{key}: ...`")
    unknown = set(header) - {"problem", description, "expects"}
    if unknown:
        raise AssignmentError(f"{file}: unknown header line(s) {', '.join(sorted(unknown))}")
    source = "\n".join(text.split("\n")[module.body[0].end_lineno :]).strip("\n")
    message = header.get("expects", "")
    return Variant(file.stem, header["problem"], header[description], message, source)


def untouched(path: Path) -> NotebookNode:
    """The released notebook, as a student first opens it."""
    return release(path)


def submission(path: Path, *variants: Variant) -> NotebookNode:
    """The release of `path`, filled with the solution's answers and the variants."""
    answers = solution_answers(path)
    for variant in variants:
        if variant.problem not in answers:
            raise AssignmentError(f"{variant.name}: no answer cell {variant.problem!r} in {path}")
        answers[variant.problem] = replace(answers[variant.problem], variant)
    return fill(untouched(path), answers)


def solution_answers(path: Path) -> dict[str, str]:
    """Text of each answer cell of the solution without marks, by id; a made text if written."""
    solution = read(path)
    answers = {grade_id(cell): MARKS.sub("", cell.source) for cell in cells(solution, "answer")}
    return answers | {grade_id(cell): WRITTEN_ANSWER for cell in cells(solution, "written")}


def fill(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Put `answers` (text by id) into the answer cells of `notebook`, and return it."""
    for cell in cells(notebook, "answer", "written"):
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def replace(answer: str, variant: Variant) -> str:
    """The text `answer` with the definitions of `variant` in the place of its own."""
    lines = answer.split("\n")
    ours = {node.name: node for node in _definitions(answer)}
    extra, replaced = variant.source.split("\n"), []
    for node in reversed(_definitions(variant.source)):
        if node.name in ours:
            text = extra[_start(node) : node.end_lineno]
            del extra[_start(node) : node.end_lineno]
            replaced.append((ours[node.name], text))
    if not replaced:
        names = ", ".join(ours)
        raise AssignmentError(f"{variant.name}: defines nothing that the answer defines ({names})")
    for node, text in sorted(replaced, key=lambda pair: -pair[0].lineno):
        lines[_start(node) : node.end_lineno] = text
    return "\n".join([*extra, *lines]).strip("\n")


def _definitions(source: str) -> list[ast.FunctionDef | ast.ClassDef]:
    return [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]


def _start(node: ast.FunctionDef | ast.ClassDef) -> int:
    """Index of the first line of a definition, decorators included."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1


def trial(notebook: NotebookNode, path: Path, timeout_s: float = 120.0) -> list[Outcome]:
    """Run `notebook`, a submission to the assignment `path`, and return one Outcome per check.

    Hidden checks run too: check cells are taken from the source. The modules that the assignment
    weaves cannot be imported. Raises TimeoutError after `timeout_s` seconds, RuntimeError when the
    process dies.
    """
    checks = {grade_id(cell): cell.source for cell in cells(read(path), "check")}
    course, withheld = Path(path).parents[2], withheld_modules(path)
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    arguments = (notebook, checks, str(course), withheld, sender)
    process = context.Process(target=_run, args=arguments, daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(timeout_s):
            raise TimeoutError(f"the submission ran for more than {timeout_s:g} s")
        return receiver.recv()
    except EOFError:
        raise RuntimeError("the submission ended its process") from None
    finally:
        process.kill()
        process.join()


def _context() -> multiprocessing.context.BaseContext:
    """Fresh processes, from a server with the slow imports behind it where the system has one."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["numpy", "tools.variants"])
    return context


def _run(
    notebook: NotebookNode, checks: dict[str, str], course: str, withheld: list, sender: Connection
) -> None:
    """Body of the process of `trial`."""
    sys.path.insert(0, course)
    sys.modules.update(dict.fromkeys(withheld))
    warnings.simplefilter("ignore")
    namespace = {"__name__": "__main__"}
    outcomes = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                name = grade_id(cell)
                message = _execute(checks.get(name, cell.source), namespace)
                if name in checks:
                    points = float(cell.metadata.nbgrader.points)
                    earned = 0.0 if message else points
                    outcomes.append(Outcome(name, problem(name), points, earned, message))
    sender.send(outcomes)


def _execute(source: str, namespace: dict) -> str:
    """Run one cell; return "" or the name and the message of what it raised."""
    try:
        exec(compile(source, "<cell>", "exec"), namespace)
    except Exception as error:  # whatever a submission raises is its outcome
        return f"{type(error).__name__}: {error}"
    return ""
