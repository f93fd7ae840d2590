"""What a student is shown comes from a process that has seen no hidden line and no right answer."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from grader.attempt import Attempt, CheckResult, Job, Limits
from grader.authoring.assignment import cells as cells_of
from grader.authoring.build_exercises import checked_source
from grader.authoring.variants import submission
from grader.course import Course
from grader.engine.examiner import WITH_REFERENCE
from grader.engine.worker import Worker

LAB = Path(__file__).parent / "data" / "lab_course"
NAME = "01_layers"
OVER_ALL = "def softmax(scores, dim=-1):\n    return torch.exp(scores) / torch.exp(scores).sum()\n"
ATTENTION = """
def attention(query, key, value, causal=False):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:]).triu(1) > 0, -torch.inf)
    return softmax(scores) @ value
"""
TELLING = """
import sys

def attention(query, key, value, causal=False):
    where = softmax.__code__.co_filename
    print("it is from", where)
    {}

print("seen", "softmax" in globals() and softmax.__code__.co_filename)
"""
Graded = Callable[..., tuple[Attempt, dict[str, CheckResult], str]]


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A sandboxed worker for the lab course."""
    course = Course(tmp_path_factory.mktemp("shown") / "course")
    shutil.copytree(LAB, course.root)
    course.built_source(NAME).parent.mkdir(parents=True)
    nbformat.write(checked_source(course.source(NAME)), course.built_source(NAME))
    with Worker(course, NAME, Limits(cell_s=20.0, submission_s=120.0)) as worker:
        yield worker


@pytest.fixture
def graded(worker: Worker) -> Graded:
    """Grade the solution with other answers: the attempt, its checks, the graded notebook."""

    def grade(own: str = "", **answers: str) -> tuple[Attempt, dict[str, CheckResult], str]:
        notebook = submission(worker.course.source(NAME))
        for cell in cells_of(notebook, "answer"):
            cell.source = answers.get(cell.id, cell.source)
        if own:
            notebook.cells.append(nbformat.v4.new_code_cell(own))
        folder = worker.course.private("submitted", "ada", NAME)
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{NAME}.ipynb")
        attempt = worker.grade(Job(NAME, "ada"))
        path = worker.course.private("autograded", "ada", NAME, f"{NAME}.ipynb")
        return attempt, {c.id: c for c in attempt.checks}, path.read_text("utf-8")

    return grade


def outputs(notebook: str, name: str) -> str:
    cells = json.loads(notebook)["cells"]
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return str(cells[ids.index(name)]["outputs"])


def test_a_mistake_in_an_earlier_problem_costs_nothing_later(graded):
    """The visible check fails on the student's own softmax, and passes with the right one."""
    _, checks, notebook = graded(softmax=OVER_ALL, attention=ATTENTION)
    assert checks["softmax-example"].status == "failed"
    assert checks["attention-example"].earned == 8
    assert checks["attention-hidden"].earned == 10
    assert WITH_REFERENCE.strip() in outputs(notebook, "attention-example")


def test_a_failed_visible_check_shows_what_the_students_own_functions_gave(graded):
    wrong = ATTENTION.replace("/ math.sqrt(query.shape[-1])", "")
    _, checks, _ = graded(softmax=OVER_ALL, attention=wrong + "    # unscaled")
    assert checks["attention-example"].earned == 0
    own = checks["attention-example"].message
    _, checks, _ = graded(attention=wrong)
    assert "root of D" in checks["attention-example"].message
    assert own != checks["attention-example"].message


@pytest.mark.parametrize(
    "way",
    [
        "return [where]",
        "raise ValueError(where)",
        "raise type(where, (ValueError,), {})()",
        "raise AssertionError(f'attention: got {where}')",
        "return type(where.strip('<>'), (), {})()",
        "sys.stderr.write(where)\n    return torch.full((2, 1), float(len(where)))",
    ],
)
def test_the_right_answer_to_an_earlier_problem_is_nowhere_on_the_page(graded, way):
    _, checks, notebook = graded(attention=TELLING.format(way))
    assert checks["attention-example"].earned == checks["attention-hidden"].earned == 0
    assert "woven" not in checks["attention-example"].message
    shown = json.loads(notebook)["cells"]
    hidden = ("attention-hidden", "woven")
    for cell in shown:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != hidden[0]:
            assert hidden[1] not in str(cell.get("outputs"))


def test_the_message_of_a_hidden_line_has_dots_for_what_is_filled_in(graded):
    softmax = "def softmax(scores, dim=-1):\n    return torch.softmax(scores, -1)"
    _, checks, _ = graded(softmax=softmax)
    assert checks["softmax-hidden"].hidden
    assert checks["softmax-hidden"].message == "softmax: wrong along \N{HORIZONTAL ELLIPSIS}"


def test_names_stand_for_what_they_did_where_the_check_stands(graded):
    """A later cell gives an answer another value; a hidden line still sees the answer."""
    attempt, _, _ = graded(own="del softmax, cross_entropy\nattention = LayerNorm = None")
    assert attempt.earned == 90


def test_a_hidden_probe_that_kills_its_process_costs_its_check_alone(graded):
    softmax = (
        "def softmax(scores, dim=-1):\n    if scores.ndim == 3:\n        import os\n"
        "        os._exit(3)\n    return torch.softmax(scores, dim)"
    )
    attempt, checks, _ = graded(softmax=softmax)
    assert (checks["softmax-hidden"].status, checks["softmax-hidden"].hidden) == ("died", True)
    assert attempt.earned == 80
