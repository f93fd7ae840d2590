"""Feedback pages: what they say, what they keep to themselves, and how they look in a browser."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import nbformat
import pytest
from browsing import PHONE, TOO_WIDE, problems, serve
from made_attempts import DEMO, ROOT, MadeCourse, failed
from nbgrader.api import SubmittedAssignment, SubmittedNotebook

from grader import markup
from grader.attempt import CellResult
from grader.authoring.assignment import cells
from grader.authoring.variants import submission
from grader.feedback import feedback, page_path

NAME = "01_tally"
STUDENTS = "ada bob cleo dan eve fay gil hal ivy".split()  # noqa: SIM905
HOSTILE = (
    "<script>bad()</script> <img src=http://example.org/x.png onerror=bad()> [go](javascript:bad())"
    " ![p](http://example.org/y.png) <http://example.org> $\\href{javascript:bad()}{x}$"
    " $\\text{<img src=z onerror=bad()>}$ $a < b$"
)
SECRET = "the hidden input xyzzy"


def fill(made: MadeCourse) -> None:
    """One student for each thing that a page must tell, or keep to itself."""
    visible, random, shares = cells(made.solution, "check")
    made.add("ada", notes=["the file was UTF-16"])
    hidden = {"hidden": True, "line": 4}
    made.add("bob", checks=[failed(random, "tally: wrong on many items", **hidden)])
    theirs = {"hidden": True, "students": True, "status": "error"}
    quoted = f"tally: incorrect, a occurs twice, got {SECRET}"
    made.add(
        "cleo",
        checks=[
            failed(random, SECRET, error="xyzzy", **theirs),
            failed(shares, quoted, error="AssertionError", **theirs),
        ],
    )
    got = "tally: incorrect, a occurs twice, got {'a': 1, 'b': 1}"
    raised = failed(random, f"'{SECRET}'", hidden=True)
    made.add("dan", checks=[failed(visible, got), raised, failed(shares, line=4)])
    made.add("eve", hostile(made), [failed(shares, HOSTILE, students=True, error="ValueError")])
    made.add_broken("fay", "the file is empty: save the notebook, then hand it in again")
    late = failed(visible, "", status="timeout", error="")
    cut = failed(random, "", status="died", error="", hidden=True)
    made.add("gil", checks=[late, cut], cells=[CellResult("tally", "timeout")])
    made.add("hal", late=timedelta(hours=50))
    stub = failed(visible, "tally: not attempted", error="NotImplementedError")
    missing = failed(shares, "name 'shares' is not defined", error="NameError")
    syntax = CellResult("shares", "error", "SyntaxError", "invalid syntax")
    made.add("ivy", checks=[stub, failed(random, line=4), missing], cells=[syntax])


def hostile(made: MadeCourse) -> nbformat.NotebookNode:
    """A submission whose every text would act in a browser."""
    notebook = submission(made.source)
    next(cells(notebook, "written")).source = HOSTILE
    answer = next(cells(notebook, "answer"))
    answer.source += f"\n# {HOSTILE}"
    answer.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text=HOSTILE),
        nbformat.v4.new_output("execute_result", data={"text/html": HOSTILE, "text/plain": "3"}),
        nbformat.v4.new_output("display_data", data={"image/png": '"><script>bad()</script>'}),
    ]
    notebook.cells += [nbformat.v4.new_markdown_cell(HOSTILE), nbformat.v4.new_code_cell("1 + 1")]
    return notebook


def mark_by_hand(made: MadeCourse) -> None:
    """Ada's essay gets 30 points and a comment, Hal is late."""
    with made.course.gradebook() as gradebook:
        grade = gradebook.find_grade("essay", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 30, False
        comment = gradebook.find_comment("tally", NAME, NAME, "ada")
        comment.manual_comment = "Well **done**, <b>Ada</b>"
        query = gradebook.db.query(SubmittedNotebook).join(SubmittedAssignment)
        query.filter(SubmittedAssignment.student_id == "hal").one().late_submission_penalty = 10
        gradebook.db.commit()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Iterator[MadeCourse]:
    """A graded class whose pages are written."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        source = DEMO / "solutions" / NAME / f"{NAME}.md"
        course = MadeCourse(root, source, {student: student.title() for student in STUDENTS})
        with course:
            fill(course)
        mark_by_hand(course)
        written = list(feedback(course.course, NAME))
        assert [page.student for page in written] == STUDENTS
        assert not [page.fault for page in written if page.fault]
        yield course


def page(made: MadeCourse, student: str) -> str:
    return page_path(made.course, made.name, student).read_text(encoding="utf-8")


def text(made: MadeCourse, student: str) -> str:
    """What a page shows, without its markup."""
    body = page(made, student).split("<body>")[1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize(
    ("student", "shown"),
    [
        ("ada", f"{NAME}: 90 of 100 points"),
        ("ada", "essay marked by a person 30 of 40"),
        ("ada", "Comment Well done , <b>Ada</b>"),
        ("ada", "Notes the file was UTF-16"),
        ("bob", f"{NAME}: 40 of 100 points 40 of these points wait to be marked by a person."),
        ("bob", "tally-random on other inputs: tally: wrong on many items 0 of 20"),
        ("cleo", "tally-random Error: raised while a hidden check ran 0 of 20"),
        ("dan", "tally-counts tally: incorrect, a occurs twice, got {'a': 1, 'b': 1} 0 of 20"),
        ("dan", "tally-random raised while a hidden check ran 0 of 20"),
        ("fay", "your submission could not be graded the file is empty: save the notebook"),
        ("fay", "hand the notebook in again"),
        ("gil", "tally-counts stopped after 30 s: an endless loop? 0 of 20"),
        ("gil", "tally-random on other inputs: the Python process ended"),
        ("hal", f"{NAME}: 50 of 100 points"),
        ("hal", "Handed in 2.1 days after the due date: 10 points less."),
        ("ivy", "tally-counts tally: not attempted 0 of 20"),
        ("dan", "shares-sum this does not hold: assert result == {"),
        ("ivy", "tally-random this does not hold: an assertion 0 of 20"),
        (
            "ivy",
            "NameError: name 'shares' is not defined The answer cell shares did not run to its",
        ),
        ("ivy", "SyntaxError: invalid syntax"),
        ("ivy", "essay waits to be marked by a person – of 40"),
    ],
)
def test_page_says(made, student, shown):
    assert shown in text(made, student)


def test_no_page_shows_a_hidden_line_name_or_input(made):
    assert "secret_counts" in next(c for c in made.solution.cells if c.id == "shares-sum").source
    for student in STUDENTS:
        shown = text(made, student)
        for secret in ("letters", "secret_counts", "HIDDEN TESTS", "xyzzy", "choices"):
            assert secret not in shown, (student, secret)


def test_page_shows_the_answer_and_the_visible_part_of_a_check(made):
    shown = html.unescape(re.sub(r"<[^>]*>", "", page(made, "bob")))
    assert "Your answer: tally" in shown
    assert "counts[item] = counts.get(item, 0) + 1" in shown
    assert 'counts = attempt(tally, ["a", "b", "a"])' in shown
    assert "What does a share tell that a count does not?" in shown


def test_nothing_that_a_student_wrote_acts(made):
    source = page(made, "eve")
    body = source.split("<body>")[1]
    tags = set(re.findall(r"<([\w-]+)", body))
    assert not tags & {"script", "img", "iframe", "object", "form", "style", "link", "svg"}
    assert not re.search(r"<[^>]*\s(on\w+|style)=", body)
    assert set(re.findall(r'(?:href|src)="?([^">]*)', re.sub(r">[^<]*<", "><", body))) == {
        "#tally-counts",
        "#tally-random",
        "#shares-sum",
        "#essay",
    }
    assert source.index("default-src 'none'") < source.index("<body")
    assert text(made, "eve").count("<script>bad()</script>") > 3
    assert "<mo>&#x0003C;</mo>" in body  # a < b is drawn


def test_unchanged_pages_are_not_written_again(made):
    before = page_path(made.course, NAME, "bob").stat()
    assert not [p for p in feedback(made.course, NAME) if p.changed]
    assert page_path(made.course, NAME, "bob").stat() == before
    page_path(made.course, NAME, "bob").write_text("an older page")
    assert [p.student for p in feedback(made.course, NAME) if p.changed] == ["bob"]
    assert not list(made.course.private("feedback").rglob("*.part"))


def test_a_fault_costs_its_own_page_only(made):
    path = made.course.private("autograded", "dan", NAME, f"{NAME}.ipynb")
    kept = path.read_bytes()
    path.write_text("{")
    try:
        faults = {p.student: p.fault for p in feedback(made.course, NAME) if p.fault}
    finally:
        path.write_bytes(kept)
    assert list(faults) == ["dan"]
    assert [p.student for p in feedback(made.course, NAME, ["bob"])] == ["bob"]


def test_nbgraders_own_button_writes_the_same_page(made):
    before = page(made, "bob")
    page_path(made.course, NAME, "bob").unlink()
    result = made.course.api().generate_feedback(NAME, "bob", force=True)
    assert result["success"], result
    assert page(made, "bob") == before


@pytest.fixture(scope="module")
def ngrams(tmp_path_factory) -> Iterator[MadeCourse]:
    """Some students of the first assignment, with long pages full of formulas."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        source = ROOT / "solutions" / "01_ngrams" / "01_ngrams.md"
        course = MadeCourse(root, source, {f"s{i}": f"Student {i}" for i in range(12)})
        checks = list(cells(course.solution, "check"))
        with course:
            for i in range(12):
                notebook = submission(course.source)
                for cell in cells(notebook, "answer"):
                    cell.source += f"\n# the work of student {i}"
                course.add(f"s{i}", notebook, [failed(checks[i], "a message " * 9)])
        list(feedback(course.course, course.name, ["s0"]))
        yield course


def test_every_formula_is_drawn_without_script(ngrams):
    body = page(ngrams, "s0").split("<body>")[1]
    assert body.count("<math ") == 12
    assert "$$" not in re.sub(r"<pre.*?</pre>", "", body, flags=re.DOTALL)
    assert 'class="tex"' not in body


PAGES = [("made", "ada"), ("made", "eve"), ("made", "fay")]
LOOKS = [(1280, "light"), (PHONE, "dark")]
ROWS = [(*page, *look) for page in PAGES for look in LOOKS]
LONG = [pytest.param("ngrams", "s0", *look, marks=pytest.mark.slow) for look in LOOKS]


@pytest.mark.parametrize(("course", "student", "width", "scheme"), [*ROWS, *LONG])
def test_page_is_sound_in_a_browser(request, visit_at, course, student, width, scheme):
    made = request.getfixturevalue(course)
    folder = page_path(made.course, made.name, student).parent
    (folder / "favicon.ico").touch()
    with serve(folder) as address:
        visit = visit_at(address, f"{made.name}.html", width=width, scheme=scheme)
        assert problems(visit) == {}
        assert visit.page.evaluate(TOO_WIDE) == []
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(22, 25, 29)" if scheme == "dark" else "rgb(255, 255, 255)"
        )


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{http://example.org}{x}",
        r"\style{background:url(http://example.org)}{x}",
        r"\text{<script>bad()</script>}",
        r"\class{a}{b}",
        r"\unknown{x}",
        "x^",
        "{" * 3000,
        "a" * 5000,
    ],
)
def test_formulas_that_act_or_fail_are_shown_as_text(tex):
    shown = markup.formula(tex)
    assert shown == f'<code class="tex">{html.escape(tex)}</code>'


def test_authors_may_fold_and_students_may_not():
    fold = "<details><summary>Hint</summary>\n\nText\n\n</details>"
    assert "<summary>" in markup.authors_text(fold)
    assert "<summary>" not in markup.students_text(fold)
