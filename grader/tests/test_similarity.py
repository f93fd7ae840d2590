"""Near-identical submissions: copies are found under their disguise, honest work is left alone."""

import random
from pathlib import Path

import pytest
from rewriting import disguised, in_a_habit

from grader import similarity
from grader.authoring.assignment import cells, grade_id
from grader.authoring.variants import replace, right, solution_answers, submission, untouched, wrong
from grader.student_code import StudentCode, of_notebook

SOURCE = Path(__file__).resolve().parents[2] / "solutions" / "01_ngrams" / "01_ngrams.md"


def ways(source: Path) -> dict[str, list[str]]:
    """Answers to each problem, by the id of its cell: the solution, right and wrong variants."""
    base = solution_answers(source)
    names = [grade_id(cell) for cell in cells(submission(source), "answer")]
    found = {name: [base[name]] for name in names}
    for variant in [*right(source), *wrong(source)]:
        found[variant.problem].append(replace(base[variant.problem], variant))
    return found


class Class:
    """Honest students, each with habits of their own, and copyists of some of them."""

    def __init__(self, size: int, copyists: int, seed: int = 0) -> None:
        rng = random.Random(seed)
        known = ways(SOURCE)
        self.honest = [
            StudentCode(
                f"s{i}", {name: in_a_habit(rng.choice(some), rng) for name, some in known.items()}
            )
            for i in range(size)
        ]
        self.copies = [
            copied(each, f"copy of {each.student}", rng) for each in self.honest[:copyists]
        ]
        self.known = [of_notebook("", untouched(SOURCE)), of_notebook("", submission(SOURCE))]

    def compare(self) -> similarity.Similarity:
        return similarity.compare([*self.honest, *self.copies], self.known)


def copied(original: StudentCode, student: str, rng: random.Random) -> StudentCode:
    """Someone else's answers in another order, with other names and without comments."""
    order = rng.sample(sorted(original.cells), len(original.cells))
    return StudentCode(student, {name: disguised(original.cells[name], rng) for name in order})


LARGE = [pytest.param(*size, marks=pytest.mark.slow) for size in [(200, 8), (1000, 10)]]


@pytest.mark.parametrize(("size", "copyists"), [(12, 1), (40, 4), *LARGE])
def test_copies_are_found_and_honest_work_is_not(size, copyists):
    made = Class(size, copyists)
    pairs = {pair.students for pair in made.compare().pairs}
    assert pairs == {(f"s{i}", f"copy of s{i}") for i in range(copyists)}


def test_a_group_that_shares_its_work_is_found_whole():
    made = Class(30, 1)
    made.copies.append(copied(made.honest[0], "third", random.Random(1)))
    found = made.compare()
    names = {"s0", "copy of s0", "third"}
    assert len(found.pairs) == 3
    assert {name for pair in found.pairs for name in pair.students} == names
    assert len(found.pairs[0].alike) > 8
    assert "s0  copy of s0" in str(found)
    assert found.n == 32


def test_most_of_the_answers_copied_is_found():
    made = Class(30, 0)
    thief, victim = made.honest[3], made.honest[17]
    stolen = [name for i, name in enumerate(victim.cells) if i % 4]
    thief.cells |= {name: disguised(victim.cells[name], random.Random(2)) for name in stolen}
    found = made.compare()
    assert [pair.students for pair in found.pairs] == [("s3", "s17")]
    assert len(set(stolen) & set(found.pairs[0].alike)) >= len(stolen) - 2


def test_what_release_and_solution_hold_belongs_to_nobody():
    same = [of_notebook(f"s{i}", submission(SOURCE)) for i in range(3)]
    known = [of_notebook("", untouched(SOURCE)), of_notebook("", submission(SOURCE))]
    assert similarity.compare(same, known).pairs == []
    assert len(similarity.compare(same).pairs) == 3
    empty = [of_notebook(f"s{i}", untouched(SOURCE)) for i in range(3)]
    assert similarity.compare(empty, known[:1]).pairs == []
    assert similarity.compare([]).pairs == []


def test_who_has_it_from_the_solution_or_the_page_is_named():
    made, rng = Class(12, 0), random.Random(3)
    release, solution = made.known
    page = StudentCode("", {}, [disguised(text, rng) for text in made.honest[5].cells.values()])
    made.honest.append(copied(solution, "thief", rng))
    sources = {"(the solution)": solution, "(the page)": page}
    found = similarity.from_elsewhere(made.honest, release, sources)
    assert [pair.students for pair in found] == [("s5", "(the page)"), ("thief", "(the solution)")]
    assert len(found[1].alike) > 8
    assert "thief  (the solution)" in str(similarity.Similarity(13, [], found))


def test_fingerprints_ignore_names_comments_and_layout():
    one = "def f(a, b):\n  '''Doc.'''\n  total = np.sum(a) + len(b)  # all\n  return total * 2\n"
    other = "def f(x,\n      y):\n    s = np.sum(x) + len(y)\n\n    return s * 2"
    assert similarity.tokens(one) == similarity.tokens(other)
    assert len(similarity.fingerprints(one)) > 0
    assert (similarity.fingerprints(one) == similarity.fingerprints(other)).all()
    assert similarity.tokens(one) != similarity.tokens(one.replace("sum", "mean"))


@pytest.mark.parametrize("source", ["def f(:\n  '", "\x00\ud800", "'''", "a" * 300_000, ""])
def test_no_text_stops_the_comparison(source):
    assert (
        similarity.compare([StudentCode("a", {"x": source}), StudentCode("b", {"x": source})]).pairs
        == []
    )
