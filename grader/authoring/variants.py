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

`grader.authoring.trial` runs such a notebook quickly. A test of one wrong solution reads

    outcomes = trial(submission(path, variant), path)
    lost = [outcome for outcome in outcomes if outcome.earned < outcome.points]
    assert {outcome.problem for outcome in lost} == {variant.problem}
    assert any(variant.message.lower() in outcome.message.lower() for outcome in lost)
'''

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.authoring.assignment import AssignmentError, cells, grade_id, read
from grader.authoring.build_exercises import release

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
