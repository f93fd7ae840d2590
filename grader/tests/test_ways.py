"""What honest students do in a notebook works while it is graded, or is refused with a reason."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from grader.attempt import Attempt, CellResult, Job, Limits
from grader.authoring.assignment import cells as cells_of
from grader.authoring.build_exercises import checked_source
from grader.authoring.variants import submission
from grader.course import Course
from grader.engine.worker import Worker

LAB = Path(__file__).parent / "data" / "lab_course"
NAME = "01_layers"
WORKING = {
    "matplotlib": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('figure.pdf')",
    "a figure that is shown": "import matplotlib.pyplot as plt\ndisplay(plt.figure())",
    "folders": "import os\nos.makedirs('a/b', exist_ok=True)\nopen('a/b/c.txt', 'w').write('x')",
    "folders moved": (
        "import os, shutil\nos.makedirs('from/x')\nopen('from/x/f', 'w').close()\n"
        "shutil.move('from', 'to')\nos.replace('to/x/f', 'to/f')\nshutil.rmtree('to')"
    ),
    "a path that is made": "from pathlib import Path\nPath('runs/1').mkdir(parents=True)\n"
    "Path('runs/1/log').touch()\nPath('runs/1/log').touch()",
    "copied files": "import shutil\nopen('1', 'w').close()\nshutil.copy('1', '2')\n"
    "shutil.copy2('1', '3')",
    "temporary files": (
        "import tempfile\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    open(folder + '/x', 'w').close()\nwith tempfile.NamedTemporaryFile('w') as file:\n"
        "    file.write('x')"
    ),
    "an archive": "import shutil, os\nos.mkdir('d')\nopen('d/a', 'w').close()\n"
    "shutil.unpack_archive(shutil.make_archive('z', 'zip', 'd'), 'e')",
    "a home folder": "import os\nos.makedirs(os.path.expanduser('~/.cache/x'))",
    "a database": (
        "import sqlite3\nwith sqlite3.connect('a.db') as db:\n"
        "    db.execute('create table t (x)')\n    db.execute('insert into t values (1)')"
    ),
    "a checkpoint": "import os\nos.makedirs('checkpoints')\n"
    "torch.save(nn.Linear(2, 2).state_dict(), 'checkpoints/a.pt')\ntorch.load('checkpoints/a.pt')",
    "torch.compile": "@torch.compile\ndef double(x):\n    return 2 * x\n"
    "net = torch.compile(nn.Linear(2, 2), mode='max-autotune')\nnet(double(torch.ones(2)))\n"
    "other = nn.Linear(2, 2)\nother.compile()\nother(torch.ones(2))",
    "workers of a loader": (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(8))\n"
        "loader = DataLoader(data, 4, True, num_workers=2, persistent_workers=True)\n"
        "assert len([*loader]) == 2"
    ),
    "a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from multiprocessing.pool import ThreadPool\n"
        "with ThreadPoolExecutor(2) as pool:\n    assert [*pool.map(abs, [-1])] == [1]\n"
        "with ThreadPool(2) as pool:\n    assert pool.map(abs, [-1, 2]) == [1, 2]"
    ),
    "display": "display('text', 3)\nfrom IPython.display import display as show, Markdown, HTML\n"
    "show(HTML('<b>x</b>'), Markdown('*x*'))",
    "a magic below a timing": "%%time\n%matplotlib inline\nx = 5\n!ls",
    "the text of a command": "files = !ls\nassert list(files) == []\nplace = %pwd\nassert place",
    "timing": "%timeit -n 1 -r 1 sum(range(3))\n%time x = 5\nassert x == 5",
    "captured output": "%%capture found\nprint(3)",
    "a written file": "%%writefile helper.py\nVALUE = 3",
    "await": "import asyncio\nawait asyncio.sleep(0)\n"
    "async def two(): return 2\nassert await asyncio.gather(two(), two()) == [2, 2]",
    "asyncio.run": "import asyncio\nasync def one(): return 1\n"
    "import threading\nfound = []\n"
    "thread = threading.Thread(target=lambda: found.append(asyncio.run(one())))\n"
    "thread.start()\nthread.join()\nassert found == [1]",
    "the shell": "shell = get_ipython()\nshell.run_line_magic('matplotlib', 'inline')\n"
    "shell.run_cell('y = 4')\nassert y == 4\n'google.colab' in str(shell)",
    "the last value": "3 + 4\n_",
    "autoreload": "%load_ext autoreload\n%autoreload 2\n%config A.b = 3",
    "packages": "%pip install numpy\n!pip install -q numpy",
    "a help": "?len\nlen?",
    "exit": "exit()",
    "random seeds": "import random\nrandom.seed(1)\nnp.random.seed(1)\ntorch.manual_seed(1)",
    "own data types": (
        "from dataclasses import dataclass\nfrom typing import NamedTuple\nfrom enum import Enum\n"
        "@dataclass\nclass P:\n    x: int = 1\nclass N(NamedTuple):\n    y: int\n"
        "class E(Enum):\n    A = 1\nP(), N(2), E.A"
    ),
    "default dtype": (
        "torch.set_default_dtype(torch.float64)\ntorch.set_default_dtype(torch.float32)"
    ),
}
TOGETHER = {
    "a future of an earlier cell": [
        "from __future__ import annotations",
        "def f(x: Unknown) -> Other: return x\nassert f(3) == 3",
    ],
    "a module that a cell wrote": [
        "%%writefile helper.py\nVALUE = 3",
        "import helper\nhelper.VALUE",
    ],
}
REFUSED = {
    "a pool": ("import multiprocessing\nmultiprocessing.Pool(2)", "no other process"),
    "a pool of futures": (
        "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(2)",
        "no other process",
    ),
    "a process": (
        "import multiprocessing\nmultiprocessing.Process(target=print).start()",
        "no other process",
    ),
    "a fork": ("import os\nos.fork()", "no other process"),
    "a program": ("import subprocess\nsubprocess.run(['ls'])", "no other process"),
    "a command": ("import os\nos.system('ls')", "no other process"),
    "a download": (
        "import urllib.request\nurllib.request.urlopen('https://example.org')",
        "no network",
    ),
    "a socket": ("import socket\nsocket.socket()", "no network"),
    "a question": ("input('name?')", "nobody is there to answer"),
}
Cells = Callable[..., list[CellResult]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The lab course, released."""
    root = tmp_path_factory.mktemp("ways") / "course"
    shutil.copytree(LAB, root)
    course = Course(root)
    course.built_source(NAME).parent.mkdir(parents=True)
    nbformat.write(checked_source(course.source(NAME)), course.built_source(NAME))
    return course


@pytest.fixture(scope="module")
def worker(course: Course) -> Iterator[Worker]:
    """One sandboxed worker for all tests of this file."""
    with Worker(course, NAME, Limits(cell_s=20.0, submission_s=120.0)) as worker:
        yield worker


def graded(course: Course, worker: Worker, *own: str, **answers: str) -> Attempt:
    """The solution with cells of the student's own behind the given one, or other answers."""
    notebook = submission(course.source(NAME))
    for cell in cells_of(notebook, "answer"):
        cell.source = answers.get(cell.id, cell.source)
    place = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code") + 1
    notebook.cells[place:place] = [nbformat.v4.new_code_cell(text) for text in own]
    folder = course.private("submitted", "ada", NAME)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    return worker.grade(Job(NAME, "ada"))


def test_what_works_in_a_notebook_works_here(course, worker):
    """All of it in one notebook, and nothing costs a point."""
    ways = [*WORKING.items(), *((n, text) for n, texts in TOGETHER.items() for text in texts)]
    attempt = graded(course, worker, *(text for _, text in ways))
    own = attempt.cells[: len(ways)]
    failed = {
        name: f"{cell.error}: {cell.message}"
        for (name, _), cell in zip(ways, own, strict=True)
        if cell.status != "ok"
    }
    assert failed == {}
    assert attempt.earned == 90


def test_what_is_refused_names_the_rule(course, worker):
    attempt = graded(course, worker, *(text for text, _ in REFUSED.values()))
    own = attempt.cells[: len(REFUSED)]
    silent = {
        name: f"{cell.error}: {cell.message}"
        for (name, (_, rule)), cell in zip(REFUSED.items(), own, strict=True)
        if cell.status != "error" or rule not in cell.message
    }
    assert silent == {}
    assert attempt.earned == 90


@pytest.mark.parametrize("way", ["folders", "matplotlib", "workers of a loader", "display"])
def test_what_works_in_a_cell_works_in_a_function_that_a_check_calls(course, worker, way):
    lines = "\n".join("    " + line for line in WORKING[way].split("\n"))
    softmax = f"def softmax(scores, dim=-1):\n{lines}\n    return torch.softmax(scores, dim)"
    softmax = softmax.replace(
        "os.makedirs('a/b/c', exist_ok=True)", "os.makedirs('f', exist_ok=True)"
    )
    softmax = softmax.replace("a/b/c/d.txt", "f/d.txt")
    assert graded(course, worker, softmax=softmax).earned == 90
