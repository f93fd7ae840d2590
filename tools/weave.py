"""Paste the library's objects into the solutions: the library is the answer key, written once.

A code cell of `solutions/<a>/<a>.md` names what fills it, with a path from the course's folder:

    ```{code-cell} ipython3
    :answer: kneser_ney
    :weave: minillm/ngram.py:kneser_ney
    ```

- In an answer cell a function's signature and docstring are the given part and its body, between
  `### BEGIN SOLUTION` and `### END SOLUTION`, is the answer. A class is given whole except for the
  bodies of the methods that a second line names: `:blank: fit, log2_probs`.
- In every other cell the object is pasted as it is.
- `:weave: minillm/ngram.py:pad,count_ngrams` pastes several objects into one cell: functions,
  classes or module-level names.

The woven text is committed, so that a solution opens and runs as it is. `python -m tools.weave`
writes it, `python -m tools.weave --check` exits with 1 and shows the difference where it is stale.
"""

import argparse
import ast
import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.assignment import COURSE, AssignmentError, assignments, path_of

CELL = re.compile(
    r"^(?P<head>(?P<fence>`{3,})\{code-cell\}[^\n]*\n(?P<options>(?::[^\n]*\n)*))"
    r"(?P<body>.*?)(?P<tail>^(?P=fence)[ \t]*$)",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"^:(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
TARGET = re.compile(r"(?P<file>[\w/]+\.py):(?P<names>\w+(?:,[ ]*\w+)*)")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def weave(path: Path) -> str:
    """The text of the solution at `path` with every weaving cell filled from the library."""
    course = Path(path).parents[2]

    def fill(match: re.Match) -> str:
        options = dict(OPTION.findall(match["options"]))
        if "weave" not in options:
            return match[0]
        try:
            woven = _woven(options, course)
        except AssignmentError as error:
            raise AssignmentError(f"{path}: {error}") from None
        return f"{match['head']}\n{woven}\n{match['tail']}"

    return CELL.sub(fill, Path(path).read_text(encoding="utf-8"))


def woven_modules(path: Path) -> list[str]:
    """Dotted names of the modules that hold the answers of the solution at `path`."""
    options = (dict(OPTION.findall(match["options"])) for match in _cells(path))
    targets = (_target(o["weave"])[0] for o in options if "weave" in o and "answer" in o)
    return sorted({file.removesuffix(".py").replace("/", ".") for file in targets})


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
    module, lines = ast.parse(text), text.split("\n")
    methods = re.split(r",\s*", options["blank"]) if "blank" in options else []
    parts = []
    for name in names:
        node = _find(module, name, file)
        answers = _answers(node, methods, file) if "answer" in options else []
        parts.append(_paste(node, answers, lines))
    return "\n\n\n".join(parts)


def _find(module: ast.Module, name: str, file: str) -> ast.stmt:
    for node in module.body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if name in (getattr(node, "name", None), *(getattr(t, "id", None) for t in targets)):
            return node
    raise AssignmentError(f"{file} defines no {name!r}")


def _answers(node: ast.stmt, methods: Sequence[str], file: str) -> list[Function]:
    """The functions of `node` whose bodies are the answer."""
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


def _paste(node: ast.stmt, answers: Sequence[Function], lines: Sequence[str]) -> str:
    """The text of `node`, with solution marks around the bodies of `answers`."""
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
    lines = list(lines[: node.end_lineno])
    for function in sorted(answers, key=lambda f: -f.lineno):
        _mark(function, lines)
    return "\n".join(lines[start:])


def _mark(function: Function, lines: list[str]) -> None:
    """Put solution marks around the body of `function`, the part after its docstring."""
    if ast.get_docstring(function) is None:
        raise AssignmentError(f"{function.name} has no docstring, which is the given part")
    if len(function.body) == 1:
        raise AssignmentError(f"{function.name} has no body after its docstring: nothing to answer")
    given = function.body[0]
    first, last = given.end_lineno, function.end_lineno
    while not lines[first].strip():
        first += 1
    indent = " " * given.col_offset
    lines.insert(last, f"{indent}{END}")
    lines[given.end_lineno : first] = [f"{indent}{BEGIN}"]


def difference(path: Path) -> str:
    """Unified diff from the committed text to the woven one; "" where the solution is fresh."""
    old, woven = Path(path).read_text(encoding="utf-8"), weave(path)
    names = (str(path), f"{path} (woven)")
    return "".join(difflib.unified_diff(old.splitlines(True), woven.splitlines(True), *names))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: weave all solutions or those that are named; 1 for `--check` and a stale one."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.weave", description=__doc__.split("\n")[0]
    )
    parser.add_argument("assignment", nargs="*", help="names such as 01_ngrams; all when left out")
    parser.add_argument("--check", action="store_true", help="write nothing, show what is stale")
    options = parser.parse_args(arguments)
    try:
        paths = [path_of(name) for name in options.assignment or assignments(COURSE)]
        stale = {path: text for path in paths if (text := difference(path))}
    except AssignmentError as error:
        sys.exit(f"weave: {error}")
    for path, text in stale.items():
        if options.check:
            print(text)
        else:
            path.write_text(weave(path), encoding="utf-8")
            print(f"wove {path}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
