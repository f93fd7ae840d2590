"""Wrong and differently written right answers: one file per problem, one cell per case.

    solutions/01_ngrams/variants/pad.py         tries the checks of the answer cell `pad`

The file opens with imports that its cases share. A line `# %%` begins a case, and editors show it
as a cell:

    import numpy as np

    # %% wrong: two_bos -- order - 1 BOS before each text
    # expects: one BOS per text is enough


    def pad(sequences):
        ...


    # %% right: with_a_list -- a Python list, one id after the other


    def pad(sequences):
        ...

- After `wrong:` or `right:` stand the name of the case and what is wrong, or done differently.
- `expects:` (of a wrong case; leave it out where no check can name this mistake): a fragment of the
  message with which one of the problem's checks fails. Upper and lower case do not matter.

Every function and class that a case defines at its top level replaces the one of the same name in
the answer cell; what has no counterpart there (imports, helpers, constants) is put before it. The
rest of the cell stays as the solution has it. A case that replaces nothing is an error.

    wrong(path), right(path)     the variants of the assignment whose source is `path`
    submission(path, *variants)  the notebook that a student would hand in: the release, its answer
                                 cells filled from the solution, with the variants put in
    untouched(path)              the release as it is
    of_problem(notebook, name)   the part of a notebook that the checks of one problem need

`grader.authoring.trial` runs such a notebook quickly, and `python -m grader.authoring.tries` prints
what each case of a problem earns, and with which message.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import AssignmentError, cells, grade_id, kind, problem, read
from grader.authoring.build_exercises import release

MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*(?:\n|\Z)", re.MULTILINE)
WRITTEN_ANSWER = "A made answer to the written question."
CASE = re.compile(r"^# %%(?P<title>.*)$", re.MULTILINE)
TITLE = re.compile(r" (?P<kind>wrong|right): (?P<name>\w+) -- (?P<what>\S.*)")
OPTION = re.compile(r"\A\s*# (?P<key>\w+): *(?P<value>.*)\n")


@dataclass(frozen=True)
class Variant:
    """One wrong or differently written answer of one problem."""

    name: str  # the problem's and the case's, for example `pad_two_bos`
    problem: str  # id of the answer cell
    mistake: str  # what is wrong, or what is done differently
    message: str  # fragment of the message that a failing check prints; "" where none is expected
    source: str  # Python code


def wrong(path: Path) -> list[Variant]:
    """The wrong answers beside the source `path`, problem by problem."""
    return [variant for is_wrong, variant in _all(path) if is_wrong]


def right(path: Path) -> list[Variant]:
    """The differently written right answers beside the source `path`, problem by problem."""
    return [variant for is_wrong, variant in _all(path) if not is_wrong]


def _all(path: Path) -> list[tuple[bool, Variant]]:
    files = sorted(Path(path).parent.glob("variants/*.py"))
    return [case for file in files for case in _cases(file)]


def _cases(file: Path) -> list[tuple[bool, Variant]]:
    """The cases of one file, each with whether it is wrong."""
    head, *parts = CASE.split(file.read_text(encoding="utf-8"))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    cases = [_parse(file, _code(head), title, body) for title, body in pairs]
    names = [variant.name for _, variant in cases]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise AssignmentError(f"{file}: two cases are called {', '.join(twice)}")
    return cases


def _code(head: str) -> str:
    """The text before the first case without its docstring."""
    module = ast.parse(head)
    is_described = ast.get_docstring(module) is not None
    return "\n".join(head.split("\n")[module.body[0].end_lineno if is_described else 0 :])


def _parse(file: Path, head: str, title: str, body: str) -> tuple[bool, Variant]:
    found = TITLE.fullmatch(title.rstrip())
    if not found:
        form = "`# %% wrong: name -- what is wrong` or `# %% right: name -- the way`"
        raise AssignmentError(f"{file}: `# %%{title}` is not of the form {form}")
    is_wrong, name = found["kind"] == "wrong", f"{file.stem}_{found['name']}"
    message = ""
    if option := OPTION.match(body):
        if option["key"] != "expects" or not is_wrong:
            raise AssignmentError(f"{file}: {name}: unknown line `# {option['key']}:`")
        message, body = option["value"].strip(), body[option.end() :]
    source = f"{head.strip()}\n\n\n{body.strip()}".strip()
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise AssignmentError(f"{file}: {name}: line {error.lineno}: {error.msg}") from None
    return is_wrong, Variant(name, file.stem, found["what"].strip(), message, source)


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


def of_problem(notebook: NotebookNode, name: str) -> NotebookNode:
    """What the checks of one problem need: given cells and answers above them, its own checks.

    The earlier answers must be right, as those of a solution are.
    """
    kept: list[NotebookNode] = []
    last = 0  # behind its last check, where a given cell may read a corpus for the next problems
    for cell in notebook.cells:
        is_below = any(grade_id(above) == name for above in kept)
        is_own = kind(cell) == "check" and problem(cell.metadata.nbgrader.grade_id) == name
        if kind(cell) == "given" or is_own or (kind(cell) == "answer" and not is_below):
            kept.append(cell)
        last = len(kept) if is_own else last
    return nbformat.v4.new_notebook(cells=kept[:last], metadata=notebook.metadata)


def solution_answers(path: Path) -> dict[str, str]:
    """Text of each answer cell of the solution without marks, by id; a made text if written."""
    solution = read(path)
    answers = {cell.id: MARKS.sub("", cell.source) for cell in cells(solution, "answer")}
    return answers | {cell.id: WRITTEN_ANSWER for cell in cells(solution, "written")}


def fill(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Put `answers` (text by id) into the answer cells of `notebook`, and return it."""
    for cell in cells(notebook, "answer", "written"):
        cell.source = answers.get(grade_id(cell) or "", cell.source)
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
