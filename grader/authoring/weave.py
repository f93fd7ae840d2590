"""Paste the library's objects into the solutions: the library is the answer key, written once.

A code cell of `solutions/<a>/<a>.md` names what fills it, with a path from the course's folder:

    ```{code-cell} ipython3
    :answer: kneser_ney
    :weave: minillm/ngram.py:kneser_ney
    ```

- In an answer cell a function's signature and docstring are the given part and its body, between
  `### BEGIN SOLUTION` and `### END SOLUTION`, is the answer. A class is given whole except for the
  bodies of the methods that a second line names: `:blank: fit, log2_probs`.
- In a check cell the objects stand in a hidden region at the top, and what is written by hand stays
  below it: while a submission is graded they take the place of its own earlier parts, so that a
  mistake costs its points once.
- In every other cell the object is pasted as it is.
- `:weave: minillm/ngram.py:pad,count_ngrams` pastes several objects into one cell: functions,
  classes or module-level names.

The woven text is committed, so that a solution opens and runs as it is.
`python -m grader.authoring.weave` writes it, with `--check` it exits with 1 and shows the
difference where it is stale.
"""

import ast
import functools
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring import committed
from grader.authoring.assignment import AssignmentError, assignments, path_of

CELL = re.compile(
    r"^(?P<head>(?P<fence>`{3,})\{code-cell\}[^\n]*\n(?P<options>(?::[^\n]*\n)*))"
    r"(?P<body>.*?)(?P<tail>^(?P=fence)[ \t]*$)",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"^:(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
TARGET = re.compile(r"(?P<file>[\w/]+\.py):(?P<names>\w+(?:,[ ]*\w+)*)")
YAML_DIRECTIVE = re.compile(r"^weave:", re.MULTILINE)
PROBLEM = re.compile(
    r"^#{2,4} (?:Problem )?(\d+[a-z]?)[.:] +(.*?)(?: +\([^()]*\))? *$", re.MULTILINE
)
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDE, SHOW = "### BEGIN HIDDEN TESTS\n# Woven: ", "### END HIDDEN TESTS\n"
HIDDEN = re.compile(rf"\A\n?{HIDE}.*?^{SHOW}", re.MULTILINE | re.DOTALL)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Answer:
    """An object of the library that students write."""

    assignment: str  # 01_ngrams
    problem: str  # the number in the heading above the answer cell: 1b
    title: str  # what the heading says after it, in Markdown: `count_ngrams`
    file: str  # minillm/ngram.py
    name: str  # count_ngrams
    methods: tuple[str, ...]  # of a class: those that students write


def weave(path: Path) -> str:
    """The text of the solution at `path` with every weaving cell filled from the library."""
    course = Path(path).parents[2]

    def fill(match: re.Match) -> str:
        options = dict(OPTION.findall(match["options"]))
        if "weave" not in options:
            return match[0]
        woven = _woven(options, course)
        if "check" in options:
            by_hand = HIDDEN.sub("", match["body"]).strip("\n")
            woven = f"{HIDE}{options['weave']}\n{woven}\n{SHOW}{by_hand}"
        return f"{match['head']}\n{woven}\n{match['tail']}"

    text = Path(path).read_text(encoding="utf-8")
    try:
        if YAML_DIRECTIVE.search(text):
            raise AssignmentError("write the options of a weaving cell one line each: `:weave: `")
        return CELL.sub(fill, text)
    except AssignmentError as error:
        raise AssignmentError(f"{path}: {error}") from None


def woven_modules(path: Path) -> list[str]:
    """Dotted names of the modules that hold the answers of the solution at `path`."""
    options = (dict(OPTION.findall(match["options"])) for match in _cells(path))
    targets = (_target(o["weave"])[0] for o in options if "weave" in o and "answer" in o)
    return sorted({file.removesuffix(".py").replace("/", ".") for file in targets})


def answers(path: Path) -> list[Answer]:
    """The objects of the library that are answers of the solution at `path`, in its order."""
    text = Path(path).read_text(encoding="utf-8")
    found, heading, end = [], None, 0
    for cell in CELL.finditer(text):
        between, end = text[end : cell.start()], cell.end()
        heading = next(reversed(list(PROBLEM.finditer(between))), heading)
        options = dict(OPTION.findall(cell["options"]))
        if "answer" not in options or "weave" not in options:
            continue
        if heading is None:
            raise AssignmentError(f"{path}: no `## Problem 1: ...` above {options['answer']}")
        file, names = _target(options["weave"])
        place = path.stem, heading[1], heading[2], file
        found += [Answer(*place, name, tuple(_methods(options))) for name in names]
    return found


def library_files(path: Path) -> list[Path]:
    """Files, as paths from the course's folder, of which the solution at `path` weaves objects."""
    options = (dict(OPTION.findall(match["options"])) for match in _cells(path))
    return sorted({Path(_target(o["weave"])[0]) for o in options if "weave" in o})


def withheld_modules(path: Path) -> list[str]:
    """Modules that must not be importable while the assignment at `path` is graded.

    They hold the answers of this assignment or of a later one.
    """
    course, name = Path(path).parents[2], Path(path).stem
    later = [path_of(other, course) for other in assignments(course) if other >= name]
    return sorted({module for source in later for module in woven_modules(source)})


def _cells(path: Path) -> list[re.Match]:
    return list(CELL.finditer(Path(path).read_text(encoding="utf-8")))


def _target(directive: str) -> tuple[str, list[str]]:
    match = TARGET.fullmatch(directive)
    if not match:
        raise AssignmentError(f":weave: {directive} is not of the form folder/module.py:name,name")
    return match["file"], re.split(r",\s*", match["names"])


def _woven(options: dict[str, str], course: Path) -> str:
    """The text that fills a cell with these options."""
    file, names = _target(options["weave"])
    if not (course / file).is_file():
        raise AssignmentError(f":weave: names {file}, which is not in {course}")
    text = (course / file).read_text(encoding="utf-8")
    module, lines = _parsed(text), text.split("\n")
    parts = []
    for name in names:
        node = _find(module, name, file)
        written = _written(node, _methods(options), file) if "answer" in options else []
        parts.append(_paste(node, written, lines))
    return "\n\n\n".join(parts)


def _methods(options: dict[str, str]) -> list[str]:
    """The methods that `:blank:` names."""
    return re.split(r",\s*", options["blank"]) if "blank" in options else []


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> ast.Module:
    """The syntax tree of a library file, which many cells weave objects of."""
    return ast.parse(text)


def _find(module: ast.Module, name: str, file: str) -> ast.stmt:
    for node in module.body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if name in (getattr(node, "name", None), *(getattr(t, "id", None) for t in targets)):
            return node
    raise AssignmentError(f"{file} defines no {name!r}")


def _written(node: ast.stmt, methods: Sequence[str], file: str) -> list[Function]:
    """The functions of `node` whose bodies are the answer."""
    if methods and not isinstance(node, ast.ClassDef):
        raise AssignmentError(f":blank: names methods, but {file}:{node.lineno} is no class")
    if isinstance(node, Function):
        return [node]
    if not isinstance(node, ast.ClassDef):
        raise AssignmentError(f"{file}:{node.lineno} is no function or class: no answer")
    if not methods:
        raise AssignmentError(f"class {node.name} needs a line `:blank: method, method`")
    found = {n.name: n for n in node.body if isinstance(n, Function)}
    missing = [name for name in methods if name not in found]
    if missing:
        raise AssignmentError(f"class {node.name} has no method {', '.join(missing)} to blank")
    return [found[name] for name in methods]


def _paste(node: ast.stmt, written: Sequence[Function], lines: Sequence[str]) -> str:
    """The text of `node`, with solution marks around the bodies of `written`."""
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
    lines = list(lines[: node.end_lineno])
    for function in sorted(written, key=lambda f: -f.lineno):
        _mark(function, lines)
    return "\n".join(lines[start:])


def _mark(function: Function, lines: list[str]) -> None:
    """Put solution marks around the body of `function`, the part after its docstring."""
    if ast.get_docstring(function) is None:
        raise AssignmentError(f"{function.name} has no docstring, which is the given part")
    if len(function.body) == 1:
        raise AssignmentError(f"{function.name} has no body after its docstring: nothing to answer")
    given = function.body[0]
    start, last = given.end_lineno or 0, function.end_lineno or 0
    first = next(n for n in range(start, last) if lines[n].strip())
    indent = " " * given.col_offset
    lines.insert(last, f"{indent}{END}")
    lines[start:first] = [f"{indent}{BEGIN}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: weave all solutions, or those that are named."""
    return committed.main(__doc__, lambda path: (path, weave(path)), arguments)


if __name__ == "__main__":
    sys.exit(main())
