"""Made honest submissions: what students hand in who only want to solve the assignment.

`honest(path, count)` gives the same notebooks for the same seed. Each answer is right, differently
written, wrong, unfinished or does not run; between the cells stand the student's own: prints,
plots, magics, helper functions, experiments with what a visible check left behind, mistakes.
"""

import ast
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grader.authoring.assignment import cells, grade_id, read
from grader.authoring.names import names
from grader.authoring.rules import without_hidden
from grader.authoring.variants import Variant, replace, right, solution_answers, untouched, wrong


@dataclass(frozen=True)
class Honest:
    """One submission."""

    name: str
    what: str  # what is in it, in a few words
    notebook: NotebookNode


# Own cells of students


OWN = {
    "print": "print('so far so good')",
    "loop": "for i in range(3):\n    print(i, i**2)\ni",
    "arithmetic": "3 * 4 + 1",
    "long print": "print('x' * 200_000)",
    "helper": "def my_helper(x):\n    return [x, x]\n\nmy_helper(2)",
    "plot": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()",
    "timeit": "%timeit -n 1 -r 1 sum(range(100))",
    "time": "%%time\nsquares = [n * n for n in range(10)]",
    "shell": "!echo hello",
    "help": "len?",
    "config": "%config InlineBackend.figure_format = 'svg'",
    "zero division": "1 / 0",
    "syntax error": "def broken(:\n    pass",
    "unfinished": "result = (1 +",
    "name error": "print(not_there_yet)",
    "assert": "assert 1 + 1 == 3, 'is this right?'",
    "stderr": "import sys\nprint('a note', file=sys.stderr)",
    "warning": "import warnings\nwarnings.warn('be careful')",
    "import": "import math, random, sys\nimport numpy as np",
    "delete": "scratch = [1, 2]\ndel scratch",
    "seed": "import random\nimport numpy as np\nrandom.seed(3)\nnp.random.seed(3)",
    "print options": "import numpy as np\nnp.set_printoptions(precision=2)",
    "input": "answer_of_mine = input('how many? ')",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "class": "class Mine:\n    def __repr__(self):\n        raise ValueError('no repr')\n\nMine()",
    "last value": "_ = 5\nOut if 'Out' in globals() else None",
    "names of checks": "got = out = count = p = x = result = None",
    "interrupt": "raise KeyboardInterrupt",
    "thread": "import threading\nt = threading.Thread(target=print, args=('in a thread',))\n"
    "t.start(); t.join()",
    "file": "with open('notes.txt', 'w') as notes:\n    notes.write('todo')",
    "empty": "",
    "comment": "# I do not understand this part yet",
}
NOTES = ["## My notes", "$$x^2$$ <b>why?</b>", "- [ ] ask about this"]


# Ways to write an answer that do not change what it gives


def _in_functions(text: str, line: str) -> str:
    """The text with `line` as the first one of every function."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body[1 if ast.get_docstring(node) else 0 : 0] = ast.parse(line).body
    return ast.unparse(tree)


def _defined(text: str) -> list[str]:
    """Functions that an answer defines at its top."""
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def _after(line: str) -> Callable[[str], str]:
    return lambda text: "\n".join([text, "", *(line.format(f) for f in _defined(text))])


DRESSED = {
    "prints": lambda text: _in_functions(text, "print('called')"),
    "warns": lambda text: _in_functions(text, "import warnings; warnings.warn('slow')"),
    "prints to stderr": lambda text: _in_functions(text, "import sys; print('x', file=sys.stderr)"),
    "own counter": lambda text: "my_calls = []\n" + _in_functions(text, "my_calls.append(1)"),
    "own import": lambda text: "import itertools\nfrom math import *\n\n" + text,
    "timed": lambda text: "%%time\n" + text,
    "tried out": _after("print({0}.__name__, {0})"),
    "last value": _after("{0}"),
    "tried out wrongly": _after("{0}('nonsense', 3, 4, 5, 6)"),
    "wrapped": _after("{0} = (lambda f: lambda *args, **options: f(*args, **options))({0})"),
    "decorated": lambda text: _decorated(text),
    "without annotations": lambda text: _without_annotations(text),
    "written twice": lambda text: f"{text}\n\n\n{text}",
    "windows lines": lambda text: text.replace("\n", "\r\n"),
    "spaces at the end": lambda text: text.replace("\n", "  \n") + "\n\n  \n",
}


def _decorated(text: str) -> str:
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list.insert(0, ast.Name("noted", ast.Load()))
    head = "import functools\n\n\ndef noted(f):\n    @functools.wraps(f)\n"
    head += "    def call(*args, **options):\n        return f(*args, **options)\n    return call\n"
    return f"{head}\n\n{ast.unparse(tree)}"


def _without_annotations(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                argument.annotation = None
    return ast.unparse(tree)


# Answers that are not there yet


def _bodies(line: str) -> Callable[[str], str]:
    def unfinished(text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.body = ast.parse(line.format(name=node.name)).body
        return ast.unparse(tree)

    return unfinished


UNFINISHED = {
    "passes": _bodies("pass"),
    "returns a number": _bodies("return 0"),
    "returns text": _bodies("return 'todo'"),
    "returns itself": _bodies("return {name}"),
    "raises": _bodies("raise ValueError('todo')"),
    "fails an assertion": _bodies("assert False, 'my own assertion'"),
    "stops": _bodies("raise StopIteration"),
    "never ends its recursion": _bodies("return {name}(*[0] * {name}.__code__.co_argcount)"),
    "forgets a name": _bodies("return reslut"),
    "is empty": lambda text: "",
    "is a comment": lambda text: "# " + text.replace("\n", "\n# "),
    "has a syntax error": lambda text: text + "\n)",
    "has wrong indentation": lambda text: "   " + text,
    "fails above": lambda text: "prepare_things()\n" + text,
    "fails below": lambda text: text + "\n\nprint(not_defined_here)",
    "has another name": lambda text: text.replace("def ", "def my_").replace("class ", "class My"),
    "is in Markdown": lambda text: "My answer:\n" + text,
}


def honest(
    path: Path, count: int = 200, seed: int = 0, seldom: tuple[str, ...] = ()
) -> Iterator[Honest]:
    """Submissions for the source at `path`; problems in `seldom` are mostly left untouched."""
    rng = random.Random(f"{path.stem} {seed}")
    for number in range(count):
        notebook, what = nbformat.from_dict(json.loads(_released(path))), []
        quality = rng.choice([0.3, 0.6, 0.8, 0.95])
        for cell in cells(notebook, "answer", "written"):
            name = grade_id(cell)
            if name not in seldom or rng.random() < 0.05:
                cell.source, how = _answer(path, name, quality, rng)
                what += [f"{name}: {how}"] if how != "solution" else []
        what += _add_own_cells(notebook, path, rng, rng.choice([0, 1, 3, 8]))
        yield Honest(f"student-{number:03d}", "; ".join(what), notebook)


def _answer(path: Path, name: str, quality: float, rng: random.Random) -> tuple[str, str]:
    """The text of an answer cell, and how it is written."""
    text = _answers(path)[name]
    if not (ways := _variants(path, name)):  # a written answer
        return text, "solution"
    if rng.random() < quality:
        ways = [way for way in ways if way[0] == "right"]
        kind = rng.choice(["solution", "right", "right", "dressed"])
    else:
        ways = [way for way in ways if way[0] == "wrong"]
        kind = rng.choice(["wrong", "wrong", "unfinished", "untouched"])
    if kind in ("right", "wrong") and ways:
        variant = rng.choice(ways)[1]
        text, how = replace(text, variant), variant.name
        if rng.random() < 0.3:
            dressing = rng.choice([*DRESSED])
            return DRESSED[dressing](text), f"{how}, {dressing}"
        return text, how
    if kind in ("dressed", "unfinished"):
        changes = DRESSED if kind == "dressed" else UNFINISHED
        how = rng.choice([*changes])
        return changes[how](text), how
    return (text, kind) if kind == "solution" else (_stubs(path)[name], kind)


@cache
def _released(path: Path) -> str:
    return json.dumps(untouched(path))


@cache
def _answers(path: Path) -> dict[str, str]:
    return solution_answers(path)


@cache
def _stubs(path: Path) -> dict[str, str]:
    return {grade_id(cell): cell.source for cell in cells(untouched(path), "answer")}


@cache
def _variants(path: Path, name: str) -> list[tuple[str, Variant]]:
    found = [("right", v) for v in right(path)] + [("wrong", v) for v in wrong(path)]
    return [(kind, variant) for kind, variant in found if variant.problem == name]


@cache
def _left_behind(path: Path) -> dict[str, list[str]]:
    """Names that the visible lines of each check bind."""
    shown = {c.id: without_hidden(c.source) for c in cells(read(path), "check")}
    return {check: sorted(names(text)[0]) for check, text in shown.items()}


def _add_own_cells(notebook: NotebookNode, path: Path, rng: random.Random, count: int) -> list[str]:
    """Put own cells between the others."""
    what = []
    for _ in range(count):
        place = rng.randrange(1, len(notebook.cells) + 1)
        kind = rng.choice([*OWN, *["reuse"] * 4, *["call"] * 4, "note", "copy"])
        if kind == "note":
            cell = new_markdown_cell(rng.choice(NOTES))
        elif kind == "copy":
            codes = [c.source for c in notebook.cells[:place] if c.cell_type == "code"]
            cell = new_code_cell(rng.choice(codes) if codes else "")
        elif kind in ("reuse", "call"):
            cell = new_code_cell(_experiment(kind, notebook.cells[:place], path, rng))
        else:
            cell = new_code_cell(OWN[kind])
        notebook.cells.insert(place, cell)
        what.append(f"own cell: {kind}")
    return what


def _experiment(kind: str, above: list[NotebookNode], path: Path, rng: random.Random) -> str:
    """A cell that uses what a visible check left behind, or calls an answer."""
    if kind == "reuse":
        left = [n for c in above for n in _left_behind(path).get(grade_id(c), [])]
        name = rng.choice(left or ["nothing"])
        return rng.choice(["print({0})", "mine = {0}\nmine", "{0}", "del {0}"]).format(name)
    defined = [name for c in cells(NotebookNode(cells=above), "answer") for name in _names(c)]
    name = rng.choice(defined or ["nothing"])
    calls = ["{0}()", "help({0})", "{0}", "mine = {0}\nmine(1, 2)", "print({0}.__doc__)"]
    return rng.choice(calls).format(name)


def _names(cell: NotebookNode) -> list[str]:
    try:
        return sorted(names(cell.source)[0])
    except SyntaxError:
        return []
