"""Every assignment: right answers earn all points, wrong ones lose theirs, nothing leaks.

Where nothing has changed of a topic since all of this passed (`topics.py`), the long tests and most
of the variants are in the slow tier.
"""

import ast
import copy
import html
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from honest import DRESSED
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.validator import Validator
from topics import is_unchanged
from traitlets.config import Config

from grader.authoring import build_exercises, weave
from grader.authoring.assignment import assignments, cells, course_folder, kind, path_of, read
from grader.authoring.rules import region_lines, without_hidden
from grader.authoring.trial import Outcome, trial
from grader.authoring.tries import fault
from grader.authoring.variants import (
    Variant,
    fill,
    of_problem,
    replace,
    right,
    solution_answers,
    submission,
    untouched,
    wrong,
)
from grader.verdict import cell_messages

COURSE = course_folder()
PATHS = [path_of(name, COURSE) for name in assignments(COURSE)]
INTEGRATION = {  # the problems that train on a corpus: seconds, where others take none
    "01_ngrams": "best_model",
    "02_tokenization": "train_merges",
    "03_word2vec": "austen_vectors",
    "04_rnn": "austen_lstm",
    "05_elmo": "storyland_model",
    "06_attention": "reader stack",
    "07_transformer": "transformer",
    "09_training": "train",
    "10_decoding": "write",
    "11_scaling_laws": "forecast",
    "12_finetuning": "teach",
    "13_model_editing": "store_facts",
    "14_mini_llm": "adapt",
}
MOST_POINTS = 5  # of one check
WHOLE = 4  # of so many tests with that run, and of so many rounds, one is in the quick tier
UNCHANGED = [path for path in PATHS if is_unchanged(path)]
SAMPLE = 6  # of so many variants of a problem of an unchanged topic, one is in the quick tier
NUMBERED = re.compile(r" {0,3}\d+[.)] ")  # what Markdown takes for an entry of a list
STUB = re.compile(r" *(# YOUR CODE HERE|raise NotImplementedError\(.*\)|YOUR ANSWER HERE)")


def integration(path: Path) -> list[str]:
    """The problems of an assignment that take seconds, the first one first."""
    return INTEGRATION.get(path.stem, "").split()


def topic(path: Path, *values: object, **options: Any) -> Any:
    """The parameters of one test; tests of one topic run in one process, where work is kept."""
    marks = [pytest.mark.xdist_group(path.stem), *options.pop("marks", [])]
    return pytest.param(path, *values, marks=marks, **options)


def if_unchanged(path: Path) -> list[pytest.MarkDecorator]:
    """The mark of a long test."""
    return [pytest.mark.slow] if path in UNCHANGED else []


each_assignment = pytest.mark.parametrize("path", [topic(p, id=p.stem) for p in PATHS])
each_changed = pytest.mark.parametrize(
    "path", [topic(p, id=p.stem, marks=if_unchanged(p)) for p in PATHS]
)


def each(variants):
    """Run a test for every variant of every assignment, most of the slow ones in the long tests."""
    rows, numbers = [], Counter()
    for path in PATHS:
        for variant in variants(path):
            whole = variant.problem in integration(path)
            number, of = numbers[path, variant.problem], SAMPLE if path in UNCHANGED else 1
            numbers[path, variant.problem] += 1
            marks = [pytest.mark.slow] if number % (WHOLE if whole else of) else []
            name = f"{path.stem}-{variant.name}"
            rows.append(topic(path, variant, id=name, marks=marks))
    return pytest.mark.parametrize(("path", "variant"), rows)


@cache
def answers(path: Path) -> dict[str, str]:
    return solution_answers(path)


@cache
def solved(path: Path) -> NotebookNode:
    return submission(path)


@cache
def solved_outcomes(path: Path) -> list[Outcome]:
    return trial(solved(path), path)


def with_variants(path: Path, *variants: Variant) -> NotebookNode:
    """The solution with variants, at most one a problem, put in."""
    changed = {v.problem: replace(answers(path)[v.problem], v) for v in variants}
    return fill(copy.deepcopy(solved(path)), answers(path) | changed)


def without_integration(notebook: NotebookNode, path: Path) -> NotebookNode:
    """The notebook without the problem that runs on the real corpus, and without what it shows."""
    ids, long = [cell.id for cell in notebook.cells], integration(path)
    end = ids.index(long[0]) if long else len(ids)
    later = [cell for cell in notebook.cells[end:] if kind(cell) in ("given", "answer", "check")]
    kept = notebook.cells[:end] + [cell for cell in later if cell.id.split("-")[0] not in long]
    return nbformat.v4.new_notebook(cells=kept, metadata=notebook.metadata)


def lost(outcomes: list[Outcome]) -> dict[str, float]:
    """The points that each problem lost."""
    found = {}
    for outcome in outcomes:
        if outcome.earned < outcome.points:
            missing = outcome.points - outcome.earned
            found[outcome.problem] = found.get(outcome.problem, 0) + missing
    return found


def worth(path: Path) -> dict[str, float]:
    """The points of each problem."""
    found = {}
    for cell in cells(read(path), "check"):
        name = cell.id.split("-")[0]
        found[name] = found.get(name, 0) + cell.metadata.nbgrader.points
    return found


def checks(path: Path, hidden: bool) -> int:
    """How many assertions with a message of their own the check cells hold, shown or hidden."""
    messages = set()
    for cell in cells(read(path), "check"):
        inside = "\n".join(region_lines(cell.source, "HIDDEN TESTS"))
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert) and node.msg is not None:
                first = cell.source.split("\n")[node.lineno - 1].strip()
                if (first in inside.split("\n")) == hidden:
                    messages.add(ast.unparse(node.msg))
    return len(messages)


@each_assignment
def test_solution_and_exercise_are_fresh(path):
    assert weave.main(["--check", path.stem]) == 0
    assert build_exercises.main(["--check", path.stem]) == 0


@each_assignment
def test_solution_earns_every_point_that_checks_give(path):
    outcomes = solved_outcomes(path)
    assert lost(outcomes) == {}
    by_hand = sum(cell.metadata.nbgrader.points for cell in cells(read(path), "written"))
    assert sum(outcome.earned for outcome in outcomes) + by_hand == 100


@each_assignment
def test_untouched_release_earns_nothing_and_says_not_attempted(path):
    stubs = {c.id: [m.text for m in cell_messages(c)] for c in cells(read(path), "answer")}
    for outcome in trial(untouched(path), path):
        assert outcome.earned == 0
        assert outcome.message.removeprefix("NotImplementedError: ") in stubs[outcome.problem]


@each_assignment
def test_there_are_enough_checks(path):
    assert checks(path, hidden=False) >= 20
    assert checks(path, hidden=True) >= 20


@each_assignment
def test_there_are_enough_variants(path):
    problems = set(worth(path))
    assert len(wrong(path)) >= 24
    assert {variant.problem for variant in wrong(path)} == problems
    for problem in problems:
        assert sum(variant.problem == problem for variant in right(path)) >= 3


@each_assignment
def test_every_mistake_is_named_by_a_message(path):
    assert [variant.name for variant in wrong(path) if not variant.message] == []


@cache
def outcomes_of(path: Path, variant: Variant) -> list[Outcome]:
    """What the checks of its problem give a variant; the rounds below run the other checks."""
    return trial(of_problem(with_variants(path, variant), variant.problem), path)


@each(wrong)
def test_wrong_solution_loses_points_with_the_message_that_names_it(path, variant):
    assert fault(variant, True, outcomes_of(path, variant)) == ""


@each(right)
def test_differently_written_solution_earns_every_point(path, variant):
    assert lost(outcomes_of(path, variant)) == {}


@each_assignment
def test_no_check_is_worth_more_than_five_points(path):
    points = {cell.id: cell.metadata.nbgrader.points for cell in cells(read(path), "check")}
    assert {name: n for name, n in points.items() if n > MOST_POINTS} == {}


@each_changed
def test_a_mistake_costs_the_late_points_of_its_problem_only(path):
    """Some wrong answer to each problem that has several checks keeps a part of its points."""
    for name in worth(path):
        n_checks = sum(cell.id.startswith(f"{name}-") for cell in cells(read(path), "check"))
        tries = (v for v in wrong(path) if v.problem == name)
        kept = (sum(o.earned for o in outcomes_of(path, v)) for v in tries)
        assert n_checks == 1 or any(kept)


def rounds(path: Path) -> list[list[Variant]]:
    """Every wrong solution once: one of each problem in each round, until none is left."""
    by_problem = {name: [v for v in wrong(path) if v.problem == name] for name in worth(path)}
    for name in integration(path):
        by_problem.pop(name)
    longest = max(map(len, by_problem.values()))
    return [[v[i] for v in by_problem.values() if i < len(v)] for i in range(longest)]


# In the quick tier one round of several, and with the integration run the first alone.
ROUNDS = [(path, number) for path in PATHS for number in range(len(rounds(path)))]


@pytest.mark.parametrize(
    ("path", "number", "whole"),
    [topic(*e, e[1] == 0, marks=if_unchanged(e[0])) for e in ROUNDS if e[1] % WHOLE == 0]
    + [topic(*e, True, marks=[pytest.mark.slow]) for e in ROUNDS if e[1] > 0],
    ids=lambda part: getattr(part, "stem", part),
)
def test_mistakes_in_many_problems_cost_their_points_once(path, number, whole):
    """The integration run too is unharmed by wrong parts: all of them go through it here."""
    variants = rounds(path)[number]
    notebook = with_variants(path, *variants)
    outcomes = trial(notebook if whole else without_integration(notebook, path), path)
    alone = [lost(outcomes_of(path, variant)) for variant in variants]
    assert lost(outcomes) == {name: n for each in alone for name, n in each.items()}


@each_changed
def test_each_problem_is_graded_by_itself(path):
    stubs = {cell.id: cell.source for cell in cells(untouched(path), "answer")}
    for problem, points in worth(path).items():
        only = stubs | {problem: answers(path)[problem]}
        outcomes = trial(fill(copy.deepcopy(untouched(path)), only), path)
        earned = {o.check: o.earned for o in outcomes if o.earned}
        assert {check.split("-")[0] for check in earned} == {problem}
        assert sum(earned.values()) == points


@each_changed
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_runs_give_one_result(path, whole):
    n_runs = 20 if whole else 3
    for variants in ([], rounds(path)[0]):
        notebook = with_variants(path, *variants)
        notebook = notebook if whole else without_integration(notebook, path)
        first = trial(notebook, path)
        assert all(trial(notebook, path) == first for _ in range(n_runs - 1))


@each_assignment
def test_no_line_of_a_paragraph_begins_a_list(path):
    """Markdown takes "... is\\n1. b keeps" for a list, which breaks what follows."""
    text = "\n".join(cell.source for cell in untouched(path).cells if cell.cell_type == "markdown")
    lines = text.split("\n")
    pairs = pairwise(lines)
    follows = [(above, line) for above, line in pairs if NUMBERED.match(line) and above.strip()]
    in_list = (" ", *"0123456789")  # an item, or one that goes on below its number
    assert [line for above, line in follows if not above.startswith(in_list)] == []


@each_assignment
def test_validate_takes_no_text_on_stderr_for_a_failure(path, tmp_path):
    """A student's own Jupyter fails a check that writes there, as the grader does not."""
    notebook = copy.deepcopy(solved(path))
    first = next(cells(notebook, "answer"))
    for dressing in ("warns", "prints to stderr"):
        first.source = DRESSED[dressing](first.source)
    end = next(i for i, cell in enumerate(notebook.cells) if kind(cell) == "check") + 1
    notebook.cells = notebook.cells[:end]
    nbformat.write(notebook, tmp_path / "work.ipynb")
    assert Validator(config=Config()).validate(str(tmp_path / "work.ipynb")) == {}


@each_assignment
def test_importing_the_answers_earns_nothing(path):
    thefts = [f"from {module} import *" for module in weave.woven_modules(path)]
    stolen = dict.fromkeys(answers(path), "\n".join(thefts))
    outcomes = trial(fill(copy.deepcopy(solved(path)), stolen), path)
    assert sum(outcome.earned for outcome in outcomes) == 0


@each_assignment
def test_assignment_imports_no_module_that_holds_answers(path):
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    assert any(node.module.startswith("minillm.") for node in nodes)
    assert not {node.module for node in nodes} & set(weave.withheld_modules(path))


def lines_for_students(path: Path) -> set[str]:
    """The lines of the source that are neither an answer nor a hidden check."""
    source = read(path)
    written = [cell.id for cell in cells(source, "written")]
    return {
        line
        for cell in source.cells
        if cell.id not in written
        for line in without_hidden(cell.source).split("\n")
    }


@each_assignment
def test_exercises_give_nothing_away(path):
    folder = COURSE / "exercises" / path.stem
    files = [file for file in folder.iterdir() if not file.name.startswith(".")]
    assert files == [folder / f"{path.stem}.ipynb"]
    text = files[0].read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    shown = {line for cell in nbformat.reads(text, 4).cells for line in cell.source.split("\n")}
    assert all(STUB.fullmatch(line) for line in shown - lines_for_students(path))


def handed_in(path: Path) -> dict[str, NotebookNode]:
    """A small class: its ids and their notebooks."""
    some, more = rounds(path)[:2]
    return {
        "solution": solved(path),
        "untouched": untouched(path),
        "mistakes": without_integration(with_variants(path, *some[::2]), path),
        "others": without_integration(with_variants(path, *more[1::2]), path),
    }


@pytest.fixture
def course(path, tmp_path) -> Path:
    """A course with this assignment alone, a class list and what the class hands in."""
    shutil.copytree(path.parent, tmp_path / "solutions" / path.stem)
    hidden = shutil.ignore_patterns(".*")
    shutil.copytree(COURSE / "exercises", tmp_path / "exercises", ignore=hidden)
    for name in ("minillm", "data"):
        (tmp_path / name).symlink_to(COURSE / name)
    (tmp_path / "downloads").mkdir()
    for name, notebook in handed_in(path).items():
        nbformat.write(notebook, tmp_path / "downloads" / f"{name}_{path.stem}.ipynb")
    lines = ["id,name,email", *(f"{name},{name},{name}@example.org" for name in handed_in(path))]
    (tmp_path / "class.csv").write_text("\n".join(lines))
    return tmp_path


@each_changed
def test_class_is_given_the_same_points(path, course):
    environment = {**os.environ, "MINILLM_COURSE": str(course), "PYTHONPATH": str(COURSE)}
    options = ["--roster", "class.csv", "--from", "downloads"]
    command = [sys.executable, "-m", "grader", "grade", path.stem, *options]
    subprocess.run(command, cwd=course, env=environment, check=True, stdout=subprocess.DEVNULL)
    with Gradebook(f"sqlite:///{course}/gradebook/gradebook.db") as gradebook:
        for name, notebook in handed_in(path).items():
            graded = gradebook.find_submission_notebook(path.stem, path.stem, name)
            scores = {grade.name: grade.auto_score for grade in graded.grades}
            whole = name == "solution"
            for outcome in solved_outcomes(path) if whole else trial(notebook, path):
                assert scores[outcome.check] == outcome.earned
    pages = "".join(page.read_text() for page in course.glob("gradebook/feedback/**/*.html"))
    shown = html.unescape(re.sub(r"<[^>]*>", "", pages))
    lines: dict[bool, set[str]] = {False: set(), True: set()}
    for cell in cells(read(path), "check"):
        hidden = region_lines(cell.source, "HIDDEN TESTS")
        for line, below in pairwise([*cell.source.split("\n"), ""]):
            if line.startswith("assert "):  # "assert all(" by itself may stand anywhere
                told = f"{line}\n{below}" if line.endswith("(") else line
                lines[line in hidden].add(told)
    assert {line for line in lines[False] if line not in shown} == set()
    assert {line for line in lines[True] - lines[False] if line in shown} == set()
