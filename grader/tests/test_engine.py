"""The split engine as a whole: what a submission costs when something in it goes wrong.

Idioms, attacks, hostile snippets and agreement with stock nbgrader have tests of their own.
"""

import copy
import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from grader.attempt import MOST_CROWDED, Attempt, Job, Limits
from grader.authoring.assignment import cells as cells_of
from grader.authoring.build_exercises import checked_source
from grader.authoring.variants import submission, untouched
from grader.course import Course
from grader.engine import cells, plan
from grader.engine.worker import Worker

DEMO = Path(__file__).parent / "data" / "demo_course"
NAME = "01_tally"
LIMITS = Limits(cell_s=3.0, submission_s=60.0, memory_mb=512)
ALL = {"tally-counts": 20, "tally-random": 20, "shares-sum": 20}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """The demo course, released."""
    root = tmp_path_factory.mktemp("engine") / "course"
    shutil.copytree(DEMO, root)
    course = Course(root)
    course.built_source(NAME).parent.mkdir(parents=True)
    nbformat.write(checked_source(course.source(NAME)), course.built_source(NAME))
    return course


@pytest.fixture(scope="module")
def worker(course) -> Iterator[Worker]:
    """One sandboxed worker for all tests of this file."""
    with Worker(course, NAME, LIMITS) as worker:
        yield worker


Grade = Callable[..., Attempt]


@pytest.fixture
def grade(course, worker) -> Grade:
    """Grade the solution after a change: `grade(tally="...")` puts in another answer."""

    def graded(before: str = "", **answers: str) -> Attempt:
        notebook = copy.deepcopy(submission(course.source(NAME)))
        for cell in cells_of(notebook, "answer"):
            cell.source = answers.get(cell.id, cell.source)
        if before:
            notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
        write(course, notebook)
        return worker.grade(Job(NAME, "ada"))

    return graded


def write(course: Course, notebook: nbformat.NotebookNode) -> None:
    folder = course.private("submitted", "ada", NAME)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def points(attempt: Attempt) -> dict[str, float]:
    return {check.id: check.earned for check in attempt.checks}


def autograded(course: Course) -> nbformat.NotebookNode:
    path = course.private("autograded", "ada", NAME, f"{NAME}.ipynb")
    return nbformat.validator.validate(nb := nbformat.read(path, as_version=4)) or nb


def test_solution_earns_all_and_the_attempt_says_under_what(grade):
    attempt = grade()
    assert points(attempt) == ALL
    assert {"own user", "seccomp"} <= set(attempt.layers) or "seccomp" in attempt.layers
    assert attempt.limits.memory_mb == LIMITS.memory_mb
    assert LIMITS.cell_s <= attempt.limits.cell_s <= MOST_CROWDED * LIMITS.cell_s
    assert len(attempt.submission) == len(attempt.source) == len(attempt.environment) == 64
    assert Attempt.from_json(json.loads(json.dumps(attempt.as_json()))) == attempt


@pytest.mark.parametrize(("load", "times"), [(0, 1), (1.5, 1), (2, 1), (3, 1.5), (8, 4), (500, 4)])
def test_a_busy_machine_gives_more_time_and_no_more_memory(monkeypatch, load, times):
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0, 0))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    limits = LIMITS.under_load()
    assert (limits.cell_s, limits.submission_s) == (3 * times, 60 * times)
    assert limits.memory_mb == LIMITS.memory_mb


def test_untouched_release_earns_nothing_and_says_why(course, worker):
    write(course, untouched(course.source(NAME)))
    attempt = worker.grade(Job(NAME, "ada"))
    assert attempt.earned == 0
    assert {check.message for check in attempt.checks} == {
        "tally: not attempted",
        "shares: not attempted",
    }


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("while True: pass", "timeout"),
        ("import os\nos._exit(0)", "died"),
        ("import ctypes\nctypes.string_at(0)", "died"),
        ("x = 'a' * 10**11", "error"),
        ("raise SystemExit", "error"),
        ("def tally(:", "error"),
    ],
)
def test_answer_that_fails_costs_its_own_checks_only(grade, answer, status):
    attempt = grade(tally=answer)
    assert points(attempt) == {"tally-counts": 0, "tally-random": 0, "shares-sum": 20}
    assert {cell.id: cell.status for cell in attempt.cells}["tally"] == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(0)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("return tally(items)", "failed"),
        ("return bytearray(10**10)", "failed"),
    ],
)
def test_call_that_fails_costs_its_check_only(grade, body, status):
    attempt = grade(tally=f"def tally(items):\n    {body}")
    assert points(attempt)["shares-sum"] == 20
    assert attempt.earned == 20
    assert attempt.checks[0].status == status
    assert attempt.checks[0].message


@pytest.mark.slow
def test_cells_of_ones_own_take_no_time_from_the_checks(course):
    """Two loops and a third cell, which has no time left; the hidden lines have half of it."""
    notebook = copy.deepcopy(submission(course.source(NAME)))
    notebook.cells += [nbformat.v4.new_code_cell("while True: pass") for _ in range(3)]
    write(course, notebook)
    with Worker(course, NAME, Limits(cell_s=12.0, submission_s=32.0)) as worker:
        attempt = worker.grade(Job(NAME, "ada"))
    assert points(attempt) == ALL
    assert [cell.status for cell in attempt.cells][-3:] == ["timeout"] * 3
    assert "not run" in attempt.cells[-1].message


def test_names_of_earlier_cells_are_there_after_a_crash(grade):
    shares = "def shares(counts):\n    return {k: v / total(counts) for k, v in counts.items()}"
    before = "def total(counts):\n    return sum(counts.values())"
    attempt = grade(before, tally="import os\nos._exit(1)", shares=shares)
    assert points(attempt)["shares-sum"] == 20


def test_warnings_and_prints_cost_nothing(grade, course):
    noise = "import sys, warnings\nwarnings.warn('careful')\nprint(1)\nprint(2, file=sys.stderr)"
    assert grade(noise).earned == 60
    outputs = autograded(course).cells[0].outputs
    assert {output.get("name") for output in outputs} == {"stdout", "stderr"}


def test_student_sees_nothing_of_the_graders_environment(grade, course, monkeypatch):
    look = "import os, sys\nprint(dict(os.environ), sys.argv)"
    grade(look)
    shown = autograded(course).cells[0].outputs[0].text
    assert "PYTHONHASHSEED" in shown
    for word in ("GRADEBOOK", "SECRET", "PYTEST"):
        assert word not in shown


def test_twenty_runs_give_one_result(grade):
    def result(attempt: Attempt) -> list:
        return [(c.id, c.earned, c.status, c.message) for c in attempt.checks]

    tally = "def tally(items):\n    return {i: 1 for i in set(items)}"
    first = result(grade(tally=tally))
    assert all(result(grade(tally=tally)) == first for _ in range(19))


def test_a_hidden_input_that_is_printed_later_is_not_shown(grade, course):
    tally = "seen = []\ndef tally(items):\n    seen.append(list(items))\n    return {}"
    attempt = grade(tally=tally, shares="print(seen)\nshares = None")
    shown = [o for c in autograded(course).cells if c.id == "shares" for o in c.outputs]
    assert attempt.earned == 0
    assert "'u', 'v'" not in str(shown)
    assert "[" in str(shown)


def test_output_that_json_and_terminals_dislike_is_kept_as_text(grade, course):
    assert grade("print('\\ud800 \\x1b[31m \\x00')").earned == 60
    assert "\x1b[31m" in autograded(course).cells[0].outputs[0].text


def test_worker_whose_supervisor_dies_leaves_nothing_behind(course):
    worker = Worker(course, NAME, LIMITS)
    family = [psutil.Process(worker.process.pid)]
    family += family[0].children(recursive=True)
    assert len(family) >= 2
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    _, alive = psutil.wait_procs(family, timeout=60)
    worker.close()
    assert alive == []


@pytest.mark.parametrize(
    "end",
    [Worker.close, lambda worker: worker.process.stdin.close()],
    ids=["closed", "supervisor dies"],
)
def test_worker_that_ended_leaves_no_folder_behind(course, end):
    write(course, submission(course.source(NAME)))
    worker = Worker(course, NAME, LIMITS)
    assert worker.grade(Job(NAME, "ada")).earned == 60
    assert Path(worker.scratch).exists()
    end(worker)
    worker.process.wait(5)
    assert not Path(worker.scratch).exists()
    worker.close()


def test_unsafe_worker_grades_without_layers_and_says_so(course):
    write(course, submission(course.source(NAME)))
    with Worker(course, NAME, LIMITS, unsafe=True) as worker:
        attempt = worker.grade(Job(NAME, "ada"))
    assert attempt.earned == 60
    assert attempt.layers == []


def test_files_are_counted_after_every_cell_where_no_kernel_limits_them(course):
    notebook = submission(course.source(NAME))
    write_some = "open('large.bin', 'wb').write(bytes(3 << 20)) and None"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(write_some))
    write(course, notebook)
    for megabytes, status in ((2, "died"), (4, "ok")):
        with Worker(course, NAME, Limits(scratch_mb=megabytes), unsafe=True) as worker:
            attempt = worker.grade(Job(NAME, "ada"))
        assert attempt.cells[0].status == status
        assert ("too much room" in attempt.cells[0].message) == (status == "died")
        assert attempt.earned == 60


def test_library_is_the_courses_not_one_in_the_current_folder(course, tmp_path, monkeypatch):
    (tmp_path / "toybox").mkdir()
    (tmp_path / "toybox" / "__init__.py").write_text("raise RuntimeError('of another course')")
    monkeypatch.chdir(tmp_path)
    notebook = submission(course.source(NAME))
    notebook.cells.append(nbformat.v4.new_code_cell("import toybox\ntoybox.__file__"))
    write(course, notebook)
    with Worker(course, NAME, LIMITS) as worker:
        attempt = worker.grade(Job(NAME, "ada"))
    assert attempt.cells[-1].message == ""
    assert str(course.root) in str(autograded(course).cells[-1].outputs)


def test_job_takes_no_longer_than_its_limit(course, worker):
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    notebook = submission(course.source(NAME))
    for cell in cells_of(notebook, "answer"):
        cell.source = stubborn
    write(course, notebook)
    started = time.monotonic()
    assert worker.grade(Job(NAME, "ada")).earned == 0
    assert time.monotonic() - started < MOST_CROWDED * LIMITS.submission_s


# Parts on their own


def test_plan_knows_what_a_check_shows_hides_and_sends():
    source = "\n".join([
        "import math",
        "a = 1",
        "### BEGIN PROBE",
        "b = f(a, math.pi)",
        "def spy(x): return x",
        "### END PROBE",
        "def helper(x): return x",
        "c = [b]",
        "### BEGIN HIDDEN TESTS",
        "### BEGIN PROBE",
        "d = spy(a) + len(c)",
        "### END PROBE",
        "### END HIDDEN TESTS",
    ])  # fmt: skip
    check = plan.Check("f-check", 1.0, source)
    check.prepare()
    assert check.left[0] == ["a", "c"]
    assert check.left[2].startswith("def helper")
    assert check.hidden_lines == {9, 10, 11, 12, 13}
    first, second = [step for step in check.steps if step.code is None]
    assert (first.sent, first.wanted, first.part.start) == (["a"], ["b"], 4)
    assert first.source.split("\n")[0] == "import math"
    assert first.source.split("\n")[3] == "b = f(a, math.pi)"
    assert (second.sent, second.wanted) == (["c"], ["d"])  # `a` is over there already


@pytest.mark.parametrize(
    ("third", "leading"),
    [
        ("import json\ndef more(x):\n    rows = [x]\n    rows[0] = np.append(x, 1)", "abc"),
        ("size = 3", "ab"),
        ("seen = 3", "ab"),
        ("words.append('c')", "ab"),
        ("print(words)", "ab"),
        ("print(size)", "abc"),
    ],
)
def test_given_cells_run_ahead_where_that_makes_no_difference(tmp_path, third, leading):
    """The check changes `words` and binds `seen`; the third given cell stands below it."""
    texts = [
        (":given: a", "import numpy as np\nsize, words = 2, []"),
        (":answer: f", "### BEGIN SOLUTION\nf = 1\n### END SOLUTION"),
        (":given: b", "table = np.zeros(size)"),
        (":check: f-a\n:points: 100", "words.append('b')\nseen = 1\nprint(words)"),
        (":given: c", third),
    ]
    assert planned(tmp_path, texts).leading == list(leading)


def test_a_helper_of_hidden_lines_lasts_until_visible_lines_define_it_anew(tmp_path):
    hidden = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    texts = [
        (":answer: f", "### BEGIN SOLUTION\nf = 1\n### END SOLUTION"),
        (":check: f-a\n:points: 30", hidden.format("def want(): return 1\ndef other(): pass")),
        (":check: f-b\n:points: 30", hidden.format("assert want() == 1")),
        (":check: f-c\n:points: 40", "def want(x): return x\n" + hidden.format("want(1)")),
    ]
    _, second, third = planned(tmp_path, texts).checks.values()
    names = [set(re.findall(r"def (\w+)", check.helpers)) for check in (second, third)]
    assert names == [{"want", "other"}, {"other"}]


def planned(folder: Path, texts: list[tuple[str, str]]) -> plan.Plan:
    """The plan of an assignment with these cells: options and text."""
    cells_ = [f"```{{code-cell}} ipython3\n{head}\n\n{text}\n```\n" for head, text in texts]
    path = folder / "solutions" / "01_x" / "01_x.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\njupytext:\n  formats: md:myst\n---\n\n# X\n\n" + "\n".join(cells_))
    nbformat.write(nbformat.v4.new_notebook(), folder / "x.ipynb")
    return plan.plan(path, folder / "x.ipynb")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 + 1", "2"),
        ("1 + 1;", None),
        ("%time x = 5\nx", "5"),
        ("%matplotlib inline\n'plot'", "'plot'"),
        ("@dataclasses.dataclass\nclass P:\n    x: int\nP(1)", "P(x=1)"),
    ],
)
def test_cell_shows_the_value_of_its_last_expression(source, text, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shown = cells.Cells().run(f"import dataclasses\n{source}", "<cell x>")
    assert shown.error is None
    values = [o["text"] for o in shown.outputs if o["output_type"] == "execute_result"]
    assert values == ([text] if text else [])


def test_cell_that_prints_without_end_is_cut(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shown = cells.Cells(text_limit=100).run("for i in range(10**5): print('spam')", "<cell x>")
    assert len(shown.outputs[0]["text"]) < 150
    assert "more characters" in shown.outputs[0]["text"]
