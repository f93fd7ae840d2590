"""What the grader cannot split is refused when an assignment is built, with the way out."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.authoring.assignment import spell_out
from grader.authoring.names import codes, names
from grader.authoring.split import SPLIT_RULES

WEAVE = "### BEGIN HIDDEN TESTS\n# Woven: library/f.py:{name}\ndef {name}(x):\n    return x\n"
WEAVE += "### END HIDDEN TESTS\n"
F = "answer f: def f(x=0):\n    return x\n"


def probe(*lines: str) -> str:
    """A part of a check that runs beside the answers."""
    return "\n".join(["### BEGIN PROBE", *lines, "### END PROBE"]) + "\n"


GOT = "check f-a: " + probe("got = f()")


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
    "await": ([F, "check f-a: got = await g()"], "run a coroutine with asyncio.run"),
    "return": ([F, "check f-a: return 3"], "'return' outside function"),
    "magic": ([F, "check f-a: get_ipython().run_line_magic('time', '3')"], "write plain Python"),
    "probe without an end": ([F, "check f-a: ### BEGIN PROBE\ngot = f()"], "is never closed"),
    "probe in a probe": (
        [F, "check f-a: ### BEGIN PROBE\n### BEGIN PROBE\n### END PROBE\n### END PROBE"],
        "line 2: BEGIN PROBE inside of PROBE",
    ),
    "end without a probe": ([F, "check f-a: x = 3\n### END PROBE"], "closes nothing"),
    "probe across the edge of a hidden region": (
        [F, "check f-a: ### BEGIN PROBE\n### BEGIN HIDDEN TESTS\n### END PROBE\n"
         "### END HIDDEN TESTS"],
        "inside of PROBE",
    ),
    "mark in the middle of a statement": (
        [F, "check f-a: for i in range(3):\n" + probe("    got = f(i)")],
        "between the marks around the lines 1 to 1",
    ),
    "mark that is indented": (
        [F, "check f-a: if True:\n    ### BEGIN PROBE\n    got = 3"], "malformed mark"
    ),
    "mark that is misspelled": ([F, "check f-a: ## begin probe\ngot = 3"], "malformed mark"),
    "probe in an answer": (
        ["answer f: ### BEGIN PROBE\nx = 3\n### END PROBE"], "outside of a cell"
    ),
    "answer outside of a probe": (
        [F, "check f-a: got = f(3)\nassert got == 3"],
        "line 1 uses 'f' outside of a probe, where it is not there; put the lines that use it "
        "between `### BEGIN PROBE` and `### END PROBE`, and bind there what the check looks at",
    ),
    "answer in a function of the check": (
        [F, "check f-a: def g():\n    return f(3)\nassert g"], "line 2 uses 'f' outside"
    ),
    "answer's variable outside of a probe": (
        ["answer f: SIZE = 3", "check f-a: assert SIZE == 3"], "uses 'SIZE' outside of a probe"
    ),
    "given function that uses an answer": (
        [F, "given g: def twice(x): return f(f(x))\ndef more(x): return twice(x)",
         "check f-a: assert more(1) == 1"],
        "uses 'more' of a given cell, which uses an answer, outside of a probe",
    ),
    "function of a probe outside of it": (
        [F, "check f-a: " + probe("def g(x): return f(x)") + "assert g(3) == 3"],
        "uses 'g' outside of a probe",
    ),
    "function of the check in a probe": (
        [F, "check f-a: def g(x): return x\n" + probe("got = f(g)") + "assert got"],
        "a probe reads 'g', which lines outside of it define",
    ),
    "assertion in a probe": (
        [F, "check f-a: " + probe("got = f(3)", "assert got == 3")],
        "line 3 asserts inside of a probe, in the student's process",
    ),
    "assertion in a function of a probe": (
        [F, "check f-a: " + probe("def g(x):", "    assert x", "got = f(g)") + "assert got"],
        "assert below the probe",
    ),
    "comparison in a probe": (
        [F, "check f-a: " + probe("right = f(3) == 3") + "assert right"],
        "line 2 compares inside of a probe, where a student could give the result",
    ),
    "function that compares in a probe": (
        [F, "check f-a: import numpy as np\n" + probe("right = np.allclose(f(3), 3)")
         + "assert right"],
        "compare below the probe",
    ),
    "negation in a probe": (
        [F, "check f-a: " + probe("right = not f(3)") + "assert right"], "compare below"
    ),
    "`is None` in a probe": (
        [F, "check f-a: " + probe("right = f(3) is None") + "assert right"], "compare below"
    ),
    "name that ends with a patch of globals()": (
        ["given g: from unittest import mock", F, "check f-a: " + probe(
            "with mock.patch.dict(globals(), len=max):", "    got = f(3)") + "assert got"],
        "line 2 binds 'got' while globals() is patched, and all names are put back at the end; "
        "append it to a list that is bound above",
    ),
    "what was sent and cannot have changed": (
        [F, "check f-a: x = [1]\n" + probe("got = f(x)") + "assert got == [1]\nassert x == [1]"],
        "line 6 cannot tell whether 'x' has changed; copy it above the probe, write `after = x` "
        "inside of the probe, and compare `after` with the copy",
    ),
    "what was sent, looked at in a loop": (
        [F, "check f-a: x = [1]\n" + probe("got = f(x)") + "assert got\nfor y in x: assert x[0]"],
        "cannot tell whether 'x' has changed",
    ),
    "free name in a check": (
        ["free: toy = [1]", F, "check f-a: " + probe("got = f(toy)") + "assert got"],
        "reads 'toy', which no given cell defines; put what defines it into a `:given:` cell",
    ),
    "free name in a given cell": (["free: toy = [1]", "given g: double = 2 * toy"], "reads 'toy'"),
    "check's name in an answer": (
        [F, "check f-a: size = 3\nprint(size)", "answer g: def g():\n    return size"],
        "cell g ('def g():'): reads 'size'",
    ),
    "woven name in a given cell": (
        [F, GOT, "answer h: def h(x): pass", f"check h-a: {WEAVE.format(name='k')}",
         "given late: table = k(3)"],
        "cell late ('table = k(3)'): reads 'k'",
    ),
    "given result of an answer": (
        [F, "given g: table = [f(n) for n in range(3)]"],
        "uses the answer 'f' when it runs; use it in a function of this cell",
    ),
    "given class derived from an answer": (
        ["answer net: class Net: pass", "given g: class Deep(Net): pass"],
        "a class that derives from an answer belongs into an answer cell",
    ),
    "given variable": (
        ["given g: size = 3", F, "check f-a: size = 4\nprint(size)"],
        "gives 'size' of the cell 'g' another value",
    ),
    "given variable in a probe": (
        ["given g: i = 3", F, "check f-a: " + probe("i = f(3)") + "assert i"],
        "gives 'i' of the cell 'g' another value, for later cells too",
    ),
    "answer in a probe": ([F, "check f-a: " + probe("f = len")], "gives 'f' of the cell 'f'"),
    "module replaced": (
        ["given g: import math", F, "check f-a: import cmath as math\nprint(math)"], "gives 'math'"
    ),
    "reference in a check of its own problem": (
        [F, f"check f-a: {WEAVE.format(name='f')}" + probe("got = f(1)") + "assert got"],
        "weaves 'f', the answer of 'f', though a check of it has yet to run",
    ),
    "reference above a check of its problem": (
        [F, GOT, "answer g: def g(x): return x",
         f"check g-a: {WEAVE.format(name='f')}" + probe("got = g(1)") + "assert got",
         "check f-b: " + probe("got = f(2)")],
        "weave it into the checks of later problems",
    ),
}  # fmt: skip

PASSING = {
    "await inside a coroutine": [
        "given g: import asyncio", F,
        "check f-a: " + probe("async def main():", "    await asyncio.sleep(0)", "    return f(1)",
                              "got = asyncio.run(main())") + "assert got == 1",
    ],
    "anything of an answer inside of a probe": [
        "given g: from unittest import mock\nimport inspect", F,
        "check f-a: x = 3\n" + probe(
            "with mock.patch('builtins.abs', len):", "    got = f(x)", "f.cache = {}",
            "text = inspect.getsource(f)", "count = f.__code__.co_argcount",
            "class Deep(type(f(3))): pass", "import os", "os.environ['A'] = 'b'",
            "same = f(x) is x", "kind = isinstance(got, int)",
        ) + "assert got == 3 and count == 1 and same and kind and 'for' not in text",
    ],
    "answer in the functions of a given cell": [
        F, "given g: class Table:\n    size = 3\n    def rows(self, n=size): return f(n)",
        "check f-a: " + probe("got = Table().rows()") + "assert got == 3",
    ],
    "patch of globals() that binds nothing, or in a function": [
        "given g: from unittest import mock", F, "check f-a: " + probe(
            "got = []", "def patched():", "    with mock.patch.dict(globals(), len=max):",
            "        now = f(3)", "    return now", "with mock.patch.dict(globals(), len=max):",
            "    got.append(f(3))", "later = patched()") + "assert got == [later]",
    ],
    "free cell that reads a check's name": [F, GOT + "assert got == 0", "free: got"],
    "free cell that uses an answer": [F, "free: f(3)\nf.x = 3", GOT + "assert not got"],
    "probes that go on from each other": [
        F, "check f-a: " + probe("def spy(x): return x == 3", "got = f(3)")
        + "assert got == 3\n" + probe("again = f(spy)(got)") + "assert again",
    ],
    "name that a given cell defines too": [
        "free: toy = [1]", "given g: toy = [2]", F,
        "check f-a: " + probe("got = f(toy)") + "assert got",
    ],
    "what was sent beside what came": [
        F, "check f-a: x = [1]\nbefore = list(x)\n" + probe("got = f(x)", "after = x")
        + "assert got == x\nassert after == before\nfor a in got:\n    assert a and x",
    ],
    "sent and derived from what came": [
        F, "check f-a: x = [1]\n" + probe("got = f(x)") + "x = [n for n in got]\nassert x == [1]",
    ],
    "same import": [
        "given g: import numpy as np\nfrom math import exp", F,
        "check f-a: import numpy as np\nfrom math import exp, log\n" + probe("got = f(log(2))")
        + "assert np.isclose(exp(got), 2)",
    ],
    "names of two checks": [F, "check f-a: n = 1\nprint(n)", "check f-b: n = 2\nprint(n)"],
    "woven reference that takes an answer's name": [
        F, GOT + "assert got == 0", "answer g: def g(x): return x",
        f"check g-a: {WEAVE.format(name='f')}" + probe("got = g(f(1))") + "assert got == 1\n"
        "### BEGIN HIDDEN TESTS\nassert got == f(1)\n### END HIDDEN TESTS",
    ],
    "attributes of the check's own objects": [
        "given g: class Table: pass", F, "check f-a: table = Table()\ntable.size = 3\n"
        "table.rows = {}\ntable.rows['a'] = 1\n" + probe("got = f(table)") + "assert got.size == 3",
    ],
    "given data changed and passed": [
        "given g: words = ['a']", F,
        "check f-a: words.append('b')\n" + probe("got = f(words)") + "assert got == words",
    ],
    "answer's own variable": [
        "answer f: memo = {}\ndef f(x):\n    memo[x] = 1\n    return memo",
        "check f-a: " + probe("got = f(3)") + "assert got",
    ],
    "visible lines below hidden ones": [
        F, GOT + "### BEGIN HIDDEN TESTS\n" + probe("got = f(2)") + "assert got\n"
        "### END HIDDEN TESTS\n" + probe("got = f(3)") + "assert got\nprint('f: correct')",
    ],
    "file that is read": ["given g: name = 'x'", F, "check f-a: print(open(name).read())"],
    "setting in a given cell": ["given g: import numpy as np\nnp.seterr(all='raise')", F],
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
