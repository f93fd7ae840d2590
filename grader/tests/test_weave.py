"""The library's text reaches the solutions: pasted, blanked, and stale when the library moves."""

import textwrap
from pathlib import Path

import jupytext
import pytest

from grader.authoring import weave
from grader.authoring.assignment import AssignmentError

LIBRARY = '''
"""A toy library."""

from functools import cache

LIMIT = 3


def plain(x):
    """Twice x."""

    # twice
    return 2 * x


@cache
def decorated(x):
    """Thrice x.

    Over two lines.
    """
    return 3 * x


def silent(x):
    return x


def promised(x):
    """Not written yet."""


class Box:
    """Holds one thing."""

    size = LIMIT

    def put(self, thing):
        """Keep `thing`."""
        if thing is None:
            raise ValueError("nothing to keep")
        self.thing = thing

    def get(self):
        """What was kept."""
        return self.thing
'''


@pytest.fixture
def course(tmp_path):
    """A function from the options of one cell to the path of a solution with that cell."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "lib.py").write_text(LIBRARY)

    def solution(options: str, body: str = "", name: str = "01_toy") -> Path:
        path = tmp_path / "solutions" / name / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = textwrap.dedent(options).strip()
        path.write_text(f"# Toy\n\n```{{code-cell}} ipython3\n{lines}\n\n{body}```\n\nThe end.\n")
        return path

    return solution


def woven(path: Path) -> str:
    return jupytext.reads(weave.weave(path), "md:myst").cells[1].source


def test_function_body_is_the_answer(course):
    path = course(":answer: plain\n:weave: toy/lib.py:plain")
    assert woven(path) == textwrap.dedent(
        '''\
        def plain(x):
            """Twice x."""
            ### BEGIN SOLUTION
            # twice
            return 2 * x
            ### END SOLUTION'''
    )


def test_decorators_are_given(course):
    text = woven(course(":answer: thrice\n:weave: toy/lib.py:decorated"))
    assert text.startswith("@cache\ndef decorated(x):")
    assert text.endswith("### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION")


def test_class_is_given_but_for_the_named_methods(course):
    text = woven(course(":answer: box\n:weave: toy/lib.py:Box\n:blank: put"))
    given, _answer, rest = text.partition("        ### BEGIN SOLUTION\n")
    assert "size = LIMIT" in given
    assert '"""Keep `thing`."""' in given
    assert "return self.thing" in rest.partition("        ### END SOLUTION\n")[2]
    assert text.count("SOLUTION") == 2


def test_several_methods_are_blanked(course):
    text = woven(course(":answer: box\n:weave: toy/lib.py:Box\n:blank: get, put"))
    assert text.count("### BEGIN SOLUTION") == 2 == text.count("### END SOLUTION")


def test_objects_outside_answer_cells_are_pasted_whole(course):
    text = woven(course(":given: setup\n:weave: toy/lib.py:LIMIT, plain"))
    assert text.startswith("LIMIT = 3\n\n\ndef plain(x):")
    assert "SOLUTION" not in text


def test_objects_in_a_check_cell_are_hidden_above_what_is_written_by_hand(course):
    by_hand = "assert answer() == 1\n### BEGIN HIDDEN TESTS\nassert answer()\n### END HIDDEN TESTS"
    path = course(":check: answer-check\n:weave: toy/lib.py:LIMIT", body=f"{by_hand}\n")
    for _ in range(2):
        path.write_text(weave.weave(path))
        hidden = "### BEGIN HIDDEN TESTS\n# Woven: toy/lib.py:LIMIT\nLIMIT = 3\n"
        assert woven(path) == f"{hidden}### END HIDDEN TESTS\n{by_hand}"


def test_weaving_twice_changes_nothing(course):
    path = course(":answer: plain\n:weave: toy/lib.py:plain", body="old text\n")
    path.write_text(weave.weave(path))
    assert weave.weave(path) == path.read_text()
    assert "old text" not in path.read_text()
    assert path.read_text().endswith("```\n\nThe end.\n")


def test_directives_survive_jupytext(course):
    path = course(":answer: box\n:weave: toy/lib.py:Box\n:blank: put, get")
    path.write_text(weave.weave(path))
    notebook = jupytext.reads(path.read_text(), "md:myst")
    path.write_text(jupytext.writes(notebook, "md:myst"))
    assert weave.weave(path) == path.read_text()
    assert ":weave: toy/lib.py:Box\n" in path.read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (":answer: x\n:weave: toy/lib.py:absent", "toy/lib.py defines no 'absent'"),
        (":answer: x\n:weave: toy/none.py:plain", "toy/none.py, which is not in"),
        (":answer: x\n:weave: toy.lib.plain", "is not of the form"),
        (":answer: x\n:weave: toy/lib.py:silent", "silent has no docstring"),
        (":answer: x\n:weave: toy/lib.py:promised", "promised has no body"),
        (":answer: x\n:weave: toy/lib.py:LIMIT", "is no function or class"),
        (":answer: x\n:weave: toy/lib.py:Box", "needs a line `:blank:"),
        (":answer: x\n:weave: toy/lib.py:Box\n:blank: fly", "has no method fly"),
        (":answer: x\n:weave: toy/lib.py:plain\n:blank: put", "is no class"),
        ("---\nanswer: x\nweave: toy/lib.py:plain\n---", "one line each"),
    ],
)
def test_faulty_directives_are_named(course, options, message):
    path = course(options)
    with pytest.raises(AssignmentError) as error:
        weave.weave(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_modules_with_answers_are_those_that_answer_cells_weave(course):
    assert weave.woven_modules(course(":answer: plain\n:weave: toy/lib.py:plain")) == ["toy.lib"]
    assert weave.woven_modules(course(":given: setup\n:weave: toy/lib.py:LIMIT")) == []


def test_modules_of_later_assignments_are_withheld_too(course):
    first = course(":answer: plain\n:weave: toy/lib.py:plain")
    second = course(":answer: late\n:weave: toy/late.py:late", name="02_late")
    assert weave.withheld_modules(first) == ["toy.late", "toy.lib"]
    assert weave.withheld_modules(second) == ["toy.late"]


def test_check_shows_what_is_stale_and_writing_cures_it(course, monkeypatch, capsys):
    path = course(":answer: plain\n:weave: toy/lib.py:plain")
    monkeypatch.setenv("MINILLM_COURSE", str(path.parents[2]))
    assert weave.main(["--check"]) == 1
    report = capsys.readouterr().out
    assert f"--- {path}" in report
    assert "+### BEGIN SOLUTION" not in report
    assert "+    ### BEGIN SOLUTION" in report
    assert weave.main([]) == 0
    assert weave.main(["--check"]) == 0


def test_unknown_assignment_is_an_error_that_names_the_known_ones(course, monkeypatch):
    path = course(":answer: plain\n:weave: toy/lib.py:plain")
    monkeypatch.setenv("MINILLM_COURSE", str(path.parents[2]))
    with pytest.raises(SystemExit, match=r"no assignment '09_none'.*known: 01_toy"):
        weave.main(["--check", "09_none"])
