"""From solution to exercise: stable bytes, nothing leaked, faulty sources refused."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from grader.authoring import build_exercises, tries
from grader.authoring.assignment import AssignmentError, cells, grade_id, read
from grader.authoring.build_exercises import build, exercise_path, release
from grader.authoring.trial import trial
from grader.authoring.variants import (
    Variant,
    of_problem,
    replace,
    right,
    submission,
    untouched,
    wrong,
)

DEMO = Path(__file__).parent / "data" / "demo_course"
TALLY = DEMO / "solutions" / "01_tally" / "01_tally.md"


@pytest.fixture
def demo(tmp_path):
    """The path of the demo assignment's source, in a copy of the demo course."""
    shutil.copytree(DEMO, tmp_path / "course", ignore=shutil.ignore_patterns("exercises"))
    return tmp_path / "course" / "solutions" / "01_tally" / "01_tally.md"


def edit(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def faults(path: Path) -> str:
    with pytest.raises(AssignmentError) as error:
        build(path)
    return str(error.value)


def test_committed_exercise_is_what_the_source_gives():
    source = DEMO / "solutions" / "01_tally" / "01_tally.md"
    assert exercise_path(source).read_text(encoding="utf-8") == build(source)


def test_rebuild_gives_the_same_bytes(demo):
    first = build(demo)
    build_exercises._release.cache_clear()
    assert build(demo) == first


def test_cells_have_ids_from_their_grade_id_or_their_index(demo):
    ids = [cell["id"] for cell in json.loads(build(demo))["cells"]]
    assert ids[:4] == ["cell-000", "setup", "cell-002", "attempt"]
    assert len(set(ids)) == len(ids)


def test_exercise_is_valid_and_opens_with_what_built_it(demo):
    notebook = nbformat.reads(build(demo), as_version=4)
    nbformat.validate(notebook)
    assert "python -m grader.authoring.build_exercises" in notebook.cells[0].source.split("\n")[0]
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_exercise_shows_no_answer_no_hidden_check_and_no_directive(demo):
    text = build(demo)
    for secret in (
        "SOLUTION",
        "HIDDEN TESTS",
        "counts.get(item",
        "secret_counts",
        "weave",
        "Full marks",
    ):
        assert secret in demo.read_text(encoding="utf-8")
        assert secret not in text


def test_stub_raises_not_implemented_where_the_body_was(demo):
    tally = next(cell for cell in release(demo).cells if cell.id == "tally")
    stub = '# YOUR CODE HERE\n    raise NotImplementedError("tally: not attempted")'
    assert tally.source.endswith(f'"""\n    {stub}')


def test_nothing_but_the_notebook_is_released(demo, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(demo.parents[2]))
    assert build_exercises.main([]) == 0
    exercises = demo.parents[2] / "exercises"
    assert [p for p in exercises.rglob("*") if p.is_file()] == [exercise_path(demo)]


def test_check_shows_a_stale_exercise(demo, monkeypatch, capsys):
    monkeypatch.setenv("MINILLM_COURSE", str(demo.parents[2]))
    assert build_exercises.main(["--check"]) == 1
    assert build_exercises.main([]) == 0
    assert build_exercises.main(["--check"]) == 0
    edit(demo, "You count words", "You count words well")
    capsys.readouterr()
    assert build_exercises.main(["--check"]) == 1
    assert '+    "You count words well' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            ":check: tally-counts\n:points: 20",
            ":check: tally-counts\n:points: 21",
            "sum to 101, not to 100",
        ),
        (":check: tally-counts\n:points: 20", ":check: tally-counts", "check cell without points"),
        (
            ":check: tally-counts\n:points: 20",
            ":check: tally-counts\n:points: many",
            "check cell without points",
        ),
        (":given: setup", ":given: setup\n:points: 1", "neither `check` nor `written`"),
        (":given: setup", ":given: tally", "two cells have the id 'tally'"),
        (":given: setup", ":given: Set up", "the id 'Set up' is not of small letters"),
        (":given: setup", ":given: setup\n:answer: setup", "given and answer at once"),
        (
            ":answer: tally\n:weave: toybox/tally.py:tally\n",
            "",
            "SOLUTION marks outside a cell with `:answer: id`",
        ),
        (":check: tally-random\n:points: 20\n", "", "HIDDEN TESTS marks outside a cell"),
        ("### END HIDDEN TESTS\n```\n\n## P", "```\n\n## P", "BEGIN HIDDEN TESTS is never closed"),
        ("### BEGIN HIDDEN TESTS\nl", "## BEGIN HIDDEN TESTS\nl", "malformed mark '## BEGIN"),
        ("### BEGIN HIDDEN TESTS\nl", "### BEGIN HIDDEN TEST\nl", "malformed mark"),
        ("### END HIDDEN TESTS\n```\n\n## P", "### END SOLUTION\n```\n\n## P", "closes BEGIN"),
        ("### BEGIN HIDDEN TESTS\nl", "### END HIDDEN TESTS\nl", "unexpected '### END HIDDEN"),
        (":check: tally-random", ":check: sums-random", "no answer cell 'sums' above this check"),
        (
            "### END HIDDEN TESTS\n```\n\n## P",
            "### END HIDDEN TESTS\n3\n```\n\n## P",
            "ends with an expression",
        ),
        ("# Hidden: many items, and none\n", "%time\n", "line 1 is not plain Python"),
        ("# Hidden: many items, and none\n", "", "empty once the hidden tests are gone"),
        (
            "into shares.",
            "into shares.\n\n    total = sum(counts.values())",
            "a line of an answer is",
        ),
        (
            "into shares.",
            'into shares.\n\nassert none == {}, "tally: no items give no counts"',
            "a line of a hidden check is released",
        ),
        (
            "    ### BEGIN SOLUTION\n    total",
            "    total",
            "is stale: run `python -m grader.authoring.weave`",
        ),
    ],
)
def test_faulty_sources_are_refused_by_name(demo, old, new, message):
    assert message in faults(edit(demo, old, new))


def test_all_faults_are_named_at_once(demo):
    edit(demo, ":check: tally-counts\n:points: 20", ":check: tally-counts")
    edit(demo, ":check: tally-random", ":check: sums-random")
    assert faults(demo).count("\n  - ") == 3


def test_solution_earns_everything_and_the_untouched_release_nothing(demo):
    assert [o.earned for o in trial(submission(demo), demo)] == [20, 20, 20]
    outcomes = trial(untouched(demo), demo)
    assert [o.earned for o in outcomes] == [0, 0, 0]
    assert outcomes[0].message == "NotImplementedError: tally: not attempted"


def test_solution_itself_runs_as_a_notebook(demo):
    assert all(o.earned == o.points for o in trial(read(demo), demo))


@pytest.mark.parametrize("name", [v.name for v in wrong(TALLY)])
def test_wrong_solution_loses_its_problem_with_the_message_that_names_it(demo, name):
    variant = next(v for v in wrong(demo) if v.name == name)
    lost = [o for o in trial(submission(demo, variant), demo) if o.earned < o.points]
    assert {o.problem for o in lost} == {variant.problem}
    assert any(variant.message in o.message for o in lost)


def test_right_solutions_earn_everything(demo):
    assert len(right(demo)) == 2
    assert all(o.earned == o.points for o in trial(submission(demo, *right(demo)), demo))


def test_submission_keeps_the_released_check_cells(demo):
    handed_in, released = submission(demo), untouched(demo)
    assert [c.source for c in cells(handed_in, "check")] == [
        c.source for c in cells(released, "check")
    ]
    assert "SOLUTION" not in str(handed_in)
    assert {grade_id(c) for c in cells(handed_in, "answer", "written")} == {
        "tally",
        "shares",
        "essay",
    }


def test_library_with_the_answers_cannot_be_imported_in_a_trial(demo):
    theft = Variant("theft", "tally", "", "", "from toybox.tally import tally\ndef tally(x): ...")
    notebook = submission(demo, theft)
    stolen = next(cell for cell in notebook.cells if cell.id == "tally")
    stolen.source = "from toybox.tally import tally"
    assert [o.earned for o in trial(notebook, demo)] == [0, 0, 20]


def test_hanging_and_dying_submissions_raise(demo):
    for source, error, timeout_s in (
        ("while True: pass", TimeoutError, 3),
        ("import os; os._exit(3)", RuntimeError, 120),
    ):
        notebook = untouched(demo)
        next(cells(notebook, "answer")).source = source
        with pytest.raises(error):
            trial(notebook, demo, timeout_s)
        assert [o.earned for o in trial(submission(demo), demo)] == [20, 20, 20]


def test_trials_change_nothing_for_each_other(demo):
    notebook = submission(demo)
    answer = next(cells(notebook, "answer"))
    right, answer.source = answer.source, "random.Random = None\n" + answer.source
    assert [o.earned for o in trial(notebook, demo)] == [20, 0, 20]
    answer.source = right
    assert [o.earned for o in trial(notebook, demo)] == [20, 20, 20]


def test_names_of_a_check_are_no_names_of_answers(demo):
    edit(demo, "### BEGIN PROBE\ncounts = attempt", "count = 3\n### BEGIN PROBE\ncounts = attempt")
    notebook = submission(demo)
    answer = next(cells(notebook, "answer"))
    answer.source = answer.source.replace("def tally(", "def count(")
    answer.source += "\n\n\ndef tally(items):\n    return count(items)"
    assert [o.earned for o in trial(notebook, demo)] == [20, 20, 20]


def test_replace_swaps_definitions_and_keeps_the_rest():
    answer = "HALF = 0.5\n\ndef f(x):\n    return x\n\n\n@cache\ndef g(x):\n    return x\n"
    variant = Variant("v", "p", "", "", "import math\n\n\ndef g(x):\n    return math.pi")
    text = replace(answer, variant)
    assert re.findall(r"^\S.*", text, re.M) == [
        "import math",
        "HALF = 0.5",
        "def f(x):",
        "def g(x):",
    ]


def test_variants_are_read_from_one_file_per_problem(demo):
    (demo.parent / "variants" / "shares.py").write_text(SHARES)
    first, second = (v for v in wrong(demo) if v.problem == "shares")
    assert (first.name, first.mistake, first.message) == ("shares_a_b", "too much -- by one", "sum")
    assert first.source == "import math\n\nONE = 1\n\n\ndef shares(counts):\n    return ONE"
    assert (second.name, second.message) == ("shares_other", "")
    assert [v.name for v in right(demo) if v.problem == "shares"] == ["shares_good"]


SHARES = '''"""What these cases share."""

import math

ONE = 1

# %% wrong: a_b -- too much -- by one
# expects: sum


def shares(counts):
    return ONE


# %% wrong: other -- nothing
def shares(counts): ...


# %% right: good -- a call
def shares(counts):
    return dict(counts)
'''


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# %% good: a -- b\ndef shares(c): ...\n", "`# %% good: a -- b` is not of the form"),
        ("# %% wrong: a\ndef shares(c): ...\n", "`# %% wrong: a` is not of the form"),
        ("# %% wrong: a -- b\n# expect: x\ndef shares(c): ...\n", "unknown line `# expect:`"),
        ("# %% right: a -- b\n# expects: x\ndef shares(c): ...\n", "unknown line `# expects:`"),
        ("# %% wrong: a -- b\ndef shares(c:\n", "shares_a: line"),
        ("# %% wrong: a -- b\nx = 1\n# %% right: a -- c\nx = 1\n", "two cases are called"),
    ],
)
def test_faulty_variants_are_named(demo, text, message):
    (demo.parent / "variants" / "shares.py").write_text(text)
    with pytest.raises(AssignmentError) as error:
        wrong(demo)
    assert message in str(error.value)
    assert "shares.py" in str(error.value)


def test_tries_print_what_each_case_earns_and_why(demo, capsys):
    assert tries.main([str(demo), "tally"]) == 0
    shown = capsys.readouterr().out
    assert "  wrong  0 of 40  tally_counts_once: every item is counted once" in shown
    assert "      tally-counts: AssertionError: " in shown
    assert "a occurs twice" in shown
    assert "  right  40 of 40  tally_with_counter" in shown
    assert "shares" not in shown
    assert tries.main([str(demo), "-k", "largest"]) == 0
    assert "1 variants, 0 of them judged wrongly" in capsys.readouterr().out


def test_tries_mark_what_the_checks_judge_wrongly(demo, capsys):
    edit(demo.parent / "variants" / "shares.py", "# %% wrong: of_largest", "# %% right: of_largest")
    edit(demo.parent / "variants" / "shares.py", "# expects: divide by the sum\n", "")
    edit(demo.parent / "variants" / "tally.py", "expects: a occurs", "expects: b occurs")
    edit(demo.parent / "variants" / "tally.py", "# %% right: with", "# %% wrong: with")
    assert tries.main([str(demo)]) == 1
    shown = capsys.readouterr().out
    assert "    ! a right answer loses points" in shown
    assert "    ! no message contains 'b occurs twice'" in shown
    assert "    ! a wrong answer keeps all points" in shown
    assert "3 of them judged wrongly" in shown


def test_part_of_a_problem_holds_given_cells_answers_above_and_its_checks(demo):
    part = of_problem(submission(demo), "tally")
    ids = [cell.id for cell in part.cells]
    assert ids == ["setup", "attempt", "tally", "tally-counts", "tally-random"]
    assert [o.earned for o in trial(part, demo)] == [20, 20]


def test_variant_that_replaces_nothing_is_an_error(demo):
    for problem, message in (("tally", "defines nothing that"), ("sums", "no answer cell 'sums'")):
        variant = Variant("lost", problem, "", "", "def other(): ...")
        with pytest.raises(AssignmentError, match=message):
            submission(demo, variant)
