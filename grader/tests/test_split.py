"""What the grader cannot split is refused when an assignment is built, with the way out."""

import re

import made_idioms
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.authoring.assignment import read, spell_out
from grader.authoring.build_exercises import AssignmentError, checked_source
from grader.authoring.names import codes, names
from grader.authoring.split import SPLIT_RULES

WEAVE = "### BEGIN HIDDEN TESTS\n# Woven: library/f.py:{name}\ndef {name}(x):\n    return x\n"
WEAVE += "### END HIDDEN TESTS\n"
F = "answer f: def f(x=0):\n    return x\n"


def source(*parts: str) -> NotebookNode:
    """A source of code cells, each "kind id: text" or, for a free cell, "free: text"."""
    cells = []
    for part in parts:
        head, _, text = part.partition(":")
        word, _, name = head.partition(" ")
        cell = new_code_cell(text.strip(), metadata={word: name} if name else {})
        spell_out(cell)
        cells.append(NotebookNode(cell, id=name or f"cell-{len(cells)}"))
    return new_notebook(cells=cells)


def faults(*parts: str) -> list[str]:
    notebook = source(*parts)
    return [fault for rule in SPLIT_RULES for fault in rule(notebook)]


REFUSED = {
    "await": ([F, "check f-a: got = await f()"], "run a coroutine with asyncio.run"),
    "return": ([F, "check f-a: return f()"], "'return' outside function"),
    "yield": ([F, "check f-a: yield f()"], "'yield' outside function"),
    "magic": ([F, "check f-a: get_ipython().run_line_magic('time', 'f()')"], "in plain Python"),
    "free name in a check": (
        ["free: toy = [1]", F, "check f-a: assert f(toy)"],
        "reads 'toy', which no given cell defines; put what defines it into a `:given:` cell",
    ),
    "free name in a check's function": (
        ["free: toy = [1]", F, "check f-a: def g():\n    return [toy for _ in f()]\nassert g()"],
        "reads 'toy'",
    ),
    "free name in a given cell": (["free: toy = [1]", "given g: double = 2 * toy"], "reads 'toy'"),
    "name that a free cell only annotates elsewhere": (
        ["free: toy: list = [1]", "given g: toy: list", F, "check f-a: assert f(toy)"],
        "reads 'toy'",
    ),
    "check's name in an answer": (
        [F, "check f-a: size = 3\nassert f(size)", "answer g: def g():\n    return size"],
        "cell g ('def g():'): reads 'size'",
    ),
    "woven name in a given cell": (
        [F, "check f-a: f()", "answer h: def h(x): pass", f"check h-a: {WEAVE.format(name='k')}",
         "given late: table = k(3)"],
        "cell late ('table = k(3)'): reads 'k'",
    ),
    "given result of an answer": (
        [F, "given g: table = [f(n) for n in range(3)]", "check f-a: assert table == [0, 1, 2]"],
        "uses the answer 'f' when it runs; use it in a function of this cell",
    ),
    "given class derived from an answer": (
        ["answer net: class Net: pass", "given g: class Deep(Net): pass", "check net-a: Deep()"],
        "a class that derives from an answer belongs into an answer cell",
    ),
    "given function annotated with an answer": (
        ["answer net: class Net: pass", "given g: def size(net: Net): return 1",
         "check net-a: assert size(Net())"],
        "uses the answer 'Net' when it runs",
    ),
    "given variable": (
        ["given g: size = 3", F, "check f-a: size = 4\nassert f()"],
        "gives 'size' of the cell 'g' another value",
    ),
    "given variable by a loop": (["given g: i = 3", F, "check f-a: for i in f(): pass"], "'i'"),
    "given variable by a walrus": (
        ["given g: i = 3", F, "check f-a: assert [i := n for n in f()]"],
        "choose another name, and pass it as an argument",
    ),
    "given variable by a global statement": (
        ["given g: n = 3", F, "check f-a: def g():\n    global n\n    n = 1\ng()\nassert f()"],
        "gives 'n' of the cell 'g'",
    ),
    "given name deleted": (["given g: size = 3", F, "check f-a: del size\nassert f()"], "'size'"),
    "answer": ([F, "check f-a: real, f = f, len\nassert real()"], "gives 'f' of the cell 'f'"),
    "answer by an import": ([F, "check f-a: from math import exp as f"], "gives 'f' of the cell"),
    "module replaced": (
        ["given g: import math", F, "check f-a: import cmath as math\nassert f()"],
        "gives 'math'",
    ),
    "mock.patch": (
        ["given g: from unittest import mock", F,
         "check f-a: with mock.patch('builtins.input', return_value='3'):\n    assert f()"],
        "let the answer take it as an argument",
    ),
    "patch.object of a module": (
        ["given g: import random", F,
         "check f-a: from unittest.mock import patch\nwith patch.object(random, 'random'): f()"],
        "patches with \"patch.object(random, 'random')\"",
    ),
    "assignment to a module": (
        ["given g: import random", F, "check f-a: random.random = lambda: 0.5\nassert f()"],
        "patches with 'random.random'",
    ),
    "environment": (
        [F, "check f-a: import os\nos.environ['SIZE'] = '3'\nassert f()"],
        "patches with \"os.environ['SIZE']\"",
    ),
    "attribute of a given class": (
        ["given g: class Table:\n    size = 3", F, "check f-a: Table.size = 4\nassert f()"],
        "patches with 'Table.size'",
    ),
    "attribute of an answer": ([F, "check f-a: f.cache = {}\nassert f()"], "patches with"),
    "setattr": (
        ["given g: import math", F, "check f-a: setattr(math, 'pi', 3)\nassert f()"],
        "patches with",
    ),
    "globals": ([F, "check f-a: globals()['size'] = 3\nassert f()"], "patches with"),
    "globals updated": ([F, "check f-a: globals().update(n=3)\nassert f()"], "patches with"),
    "given list that an answer fills": (
        ["given g: log = []", "answer f: def f(x):\n    log.append(x)",
         "check f-a: f(3)\nassert log == [3]"],
        "changes 'log', which a cell of kind `check` reads in another process",
    ),
    "given counter that an answer counts up": (
        ["given g: n = 0", "answer f: def f():\n    global n\n    n += 1",
         "check f-a: f()\nassert n == 1"],
        "changes 'n'",
    ),
    "variable that an answer's function changes": (
        ["answer f: seen = {}\ndef f(x):\n    seen[x] = 1", "check f-a: f(3)\nassert 3 in seen"],
        "pass it as an argument, and return it",
    ),
    "given dictionary that a check fills": (
        ["given g: config = {}", "answer f: def f():\n    return config['n']",
         "check f-a: config['n'] = 3\nassert f() == 3"],
        "changes 'config', which a cell of kind `answer` reads",
    ),
    "code": ([F, "check f-a: assert f.__code__.co_argcount == 1"], "looks into 'f.__code__'"),
    "closure": ([F, "check f-a: assert f()\nassert not f.__closure__"], "test what the answer"),
    "globals of an answer": ([F, "check f-a: assert 'x' in f.__globals__"], "looks into"),
    "dictionary of an answer's object": (
        ["answer f: class Net: pass", "check f-a: net = Net()\nassert net.__dict__ == {}"],
        "looks into 'net.__dict__'",
    ),
    "vars of an answer's object": (
        ["answer f: class Net: pass", "check f-a: net = Net()\nassert vars(net) == {}"],
        "looks into 'vars(net)'",
    ),
    "pickle of an answer": (
        [F, "check f-a: import pickle\nassert pickle.dumps(f)"], "looks into 'pickle.dumps(f)'"
    ),
    "text of an answer": (
        [F, "check f-a: import inspect\nassert 'for' not in inspect.getsource(f)"],
        "name what is forbidden by `:forbidden:` at the answer cell",
    ),
    "class derived from an answer": (
        ["answer f: class Net: pass", "check f-a: class Deep(Net): pass\nassert Deep()"],
        "derives Deep from Net, a class of another process; derive it in the answer cell",
    ),
    "method that compares": (
        [F, "check f-a: want = 1\nassert f(1).equal(want)"],
        "use a function of a module, such as torch.equal(a, b)",
    ),
    "method that compares, of a result": (
        [F, "check f-a: got = f(1)\nassert got.__eq__(1)"],
        "lets an object say whether it is equal",
    ),
    "file": (
        [F, "check f-a: with open('x.txt', 'w') as file:\n    file.write('3')\nassert f('x.txt')"],
        "writes files with open",
    ),
    "text of a path": (
        ["given g: from pathlib import Path", F, "check f-a: Path('x').write_text('3')\nf('x')"],
        "or pass an io.StringIO",
    ),
    "temporary folder": (
        [F, "check f-a: import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    f(d)"],
        "writes files with TemporaryDirectory",
    ),
    "setting of NumPy": (
        ["given g: import numpy as np", F, "check f-a: with np.errstate(all='raise'):\n    f()"],
        "calls numpy.errstate",
    ),
    "setting of PyTorch": (
        [F, "check f-a: import torch\ntorch.set_default_dtype(torch.float64)\nassert f()"],
        "call it in a `:given:` cell",
    ),
    "reference in a check of its own problem": (
        [F, f"check f-a: {WEAVE.format(name='f')}assert f(1)"],
        "weaves 'f', the answer of 'f', though a check of it has yet to run",
    ),
    "reference above a check of its problem": (
        [F, "check f-a: assert f(1)", "answer g: def g(x): return x",
         f"check g-a: {WEAVE.format(name='f')}assert g(1)", "check f-b: assert f(2)"],
        "weave it into the checks of later problems",
    ),
}  # fmt: skip

PASSING = {
    "await inside a coroutine": [
        "given g: import asyncio", F,
        "check f-a: async def main():\n    await asyncio.sleep(0)\n    return f(1)\n"
        "assert asyncio.run(main())",
    ],
    "return and yield in functions": [
        F, "check f-a: def some():\n    yield f()\n    return\nassert [*some()]"
    ],
    "answer in the functions of a given cell": [
        F, "given g: class Table:\n    size = 3\n    def rows(self, n=size): return f(n)\n"
        "double = lambda x: 2 * f(x)", "check f-a: assert Table().rows() == 3 and double(1) == 2",
    ],
    "free cell that reads a check's name": [F, "check f-a: got = f()\nassert not got", "free: got"],
    "name that a given cell defines too": [
        "free: toy = [1]", "given g: toy = [2]", F, "check f-a: assert f(toy)"
    ],
    "name that the check binds itself": [
        "free: n = 1\nfor i in range(9): pass", F,
        "check f-a: n = 3\nassert all(f(i) for i in range(n))\n"
        "try:\n    f()\nexcept ValueError as error:\n    print(error)",
    ],
    "name of an error, gone afterwards": [
        "free: try:\n    f()\nexcept TypeError as error: pass", F,
        "check f-a: try:\n    f()\nexcept ValueError as error:\n    assert str(error)",
    ],
    "magics in a free cell": ["free: %matplotlib inline\n!ls", F, "check f-a: assert f()"],
    "same import": [
        "given g: import numpy as np\nfrom math import exp", F,
        "check f-a: import numpy as np\nfrom math import exp, log\nassert f(exp(log(2)))",
    ],
    "given name as a parameter or inside a comprehension": [
        "given g: i = n = 3", F, "check f-a: def g(n):\n    i = n\n    return i\n"
        "assert [f(i) for i in range(3)] == [g(n) for n in range(3)]",
    ],
    "name of a given cell below": [F, "check f-a: size = 3\nassert f(size)", "given g: size = 4"],
    "names of two checks": [F, "check f-a: n = 1\nassert f(n)", "check f-b: n = 2\nassert f(n)"],
    "woven reference that takes an answer's name": [
        F, "check f-a: assert f(1)", "answer g: def g(x): return x",
        f"check g-a: {WEAVE.format(name='f')}assert g(1) == f(1)",
    ],
    "patch of the check's own object": [
        "given g: from unittest import mock", F,
        "check f-a: class Clock:\n    def now(self): return 1\nclock = Clock()\n"
        "with mock.patch.object(clock, 'now', return_value=2):\n    assert f(clock.now) == 2",
    ],
    "mock as an argument": [
        "given g: from unittest import mock", F,
        "check f-a: spy = mock.Mock(return_value=3)\nassert f(spy)\nspy.assert_called_once()",
    ],
    "attributes of the check's own objects": [
        "given g: class Table: pass", "answer f: class Net: pass",
        "check f-a: table, net = Table(), Net()\ntable.size = net.size = 3\nnet.rows = {}\n"
        "net.rows['a'] = 1\nassert net.size == 3",
    ],
    "reading globals": [F, "check f-a: assert 'f' in globals() and f()"],
    "given data changed and passed": [
        "given g: words = ['a']", F, "check f-a: words.append('b')\nassert f(words)"
    ],
    "parameter of a given variable's name": [
        "given g: log = []", "answer f: def f(log):\n    log.append(1)\n    return log",
        "check f-a: assert f([]) == [1] and log == []",
    ],
    "answer's own variable": [
        "answer f: memo = {}\ndef f(x):\n    memo[x] = 1\n    return memo", "check f-a: assert f(3)"
    ],
    "result changed in place": [F, "check f-a: assert f([3]).pop() == 3"],
    "what inspect says": [
        "given g: import inspect", F,
        "check f-a: assert inspect.signature(f) and f.__name__ == 'f' and f.__doc__ is None\n"
        "assert inspect.isfunction(f)",
    ],
    "vars of a given record": [
        "given g: class Table: pass", F, "check f-a: assert vars(f(Table())) == {}"
    ],
    "class of the check's own": [
        "given g: class Base: pass", F, "check f-a: class Mine(Base): pass\nassert f(Mine())"
    ],
    "function that compares": [
        "given g: import numpy as np\nimport torch", F,
        "check f-a: assert torch.equal(f(1), f(1)) and np.allclose(f(2), 2) and f(3) == 3",
    ],
    "file that is read": ["given g: name = 'x'", F, "check f-a: assert f(open(name).read())"],
    "text in memory": [F, "check f-a: import io\nfile = io.StringIO('a')\nassert f(file.read())"],
    "setting in a given cell": [
        "given g: import numpy as np\nnp.seterr(all='raise')", F, "check f-a: assert f()"
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_split_is_refused_with_the_way_out(case):
    parts, message = REFUSED[case]
    found = faults(*parts)
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize("case", PASSING)
def test_what_looks_alike_and_can_be_split_passes(case):
    assert faults(*PASSING[case]) == []


def test_every_rule_refuses_something():
    assert set(SPLIT_RULES) == {
        rule for parts, _ in REFUSED.values() for rule in SPLIT_RULES if [*rule(source(*parts))]
    }


@pytest.mark.parametrize("name", made_idioms.REFUSED)
def test_an_idiom_that_cannot_be_split_stops_the_build(name, tmp_path):
    with pytest.raises(AssignmentError, match=re.escape(made_idioms.REFUSED[name])):
        checked_source(made_idioms.write_course(tmp_path, name))


def test_other_idioms_are_built(tmp_path):
    path = made_idioms.write_course(tmp_path, *made_idioms.working())
    assert len(checked_source(path).cells) == len(read(path).cells)


@pytest.mark.parametrize(
    ("text", "binds", "reads"),
    [
        ("x += 1", "x", "x"),
        ("def f():\n    x = 1\n    x += y", "f", "y"),
        ("class A(B):\n    x = 1\n    def m(self): return x", "A", "B x"),
        ("import a.b, c as d", "a d", ""),
        ("match v:\n    case {'k': n, **rest}: pass", "n rest", "v"),
        ("with o as (w, *z): pass", "w z", "o"),
        ("f = lambda q, r=s: q + t", "f", "s t"),
        ("print(f'{u!r:>{width}}')", "", "print u width"),
        (
            "@d\ndef f(a: A = b) -> R:\n    def g():\n        nonlocal a\n        a = c",
            "f",
            "A R b c d",
        ),
    ],
)
def test_names_of_a_cell(text, binds, reads):
    assert names(text) == (set(binds.split()), set(reads.split()))


def test_cells_that_do_not_parse_are_left_out():
    assert [str(c) for c in codes(source("check f-a: def f(", "given g: x = 1"))] == [
        "cell g ('x = 1')"
    ]
