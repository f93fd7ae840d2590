"""Small changes of an answer, and which of them the checks of its problem overlook."""

import ast

import pytest

from grader.authoring.assignment import course_folder, path_of
from grader.authoring.variants import solution_answers
from tools import mutants

SOURCE = '''
LIMIT = 5


def f(x, n=2):
    """Text."""
    if n > 1 and x:
        n -= sum(sorted(x[1:]), start=0)
    return n / 2
'''
EXPECTED = {
    "n >= 1 and x",
    "n > 1 or x",
    "not (n > 1 and x)",
    "n > 2 and x",
    "n=3",
    "n += sum",
    "sum(sorted(x[1:]))",
    "sum(x[1:], start=0)",
    "x[:]",
    "x[1 + 1:]",
    "start=1",
    "return n * 2",
    "return 2 / n",
    "pass",
}


def test_each_kind_of_change_is_made_once():
    found = list(mutants.mutants(SOURCE))
    assert len(found) == len(set(found))
    for fragment in EXPECTED:
        assert any(fragment in text for text in found), fragment
    for text in found:
        tree = ast.parse(text)
        assert "LIMIT = 5" in text
        assert ast.get_docstring(tree.body[1]) == "Text."
        assert mutants.difference(ast.unparse(ast.parse(SOURCE)), text)


def test_what_does_not_compile_is_no_mutant():
    assert not mutants.is_python("return")
    assert list(mutants.mutants("x = 1")) == []


@pytest.fixture(scope="module")
def path():
    return path_of("01_ngrams", course_folder()).resolve()


def test_a_mutant_is_judged_by_the_checks_of_its_problem(path):
    answer = solution_answers(path)["pad"]
    assert mutants.judged(path, "pad", answer) == ""
    assert mutants.judged(path, "pad", "def pad(sequences):\n    pass").startswith("pad-")


def test_mutants_that_keep_all_points_are_shown_and_counted(path, capsys):
    mutants.main(["01_ngrams", "pad", "--most", "3", "--messages"])
    out = capsys.readouterr().out
    assert "of 3 mutants keep all points" in out.splitlines()[-1]
    assert out.count("\n-") + out.count("\n+") >= 2
    with pytest.raises(SystemExit):
        mutants.main(["01_ngrams", "nothing"])
    assert "has the problems" in capsys.readouterr().err
