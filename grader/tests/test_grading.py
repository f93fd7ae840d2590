"""A class from downloads to marks, through the documented commands, and the parts on their own."""

import copy
import csv
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import postgres
import pytest
from made_class import DUE, Case, make_class
from nbgrader.api import Gradebook

from grader import export
from grader.__main__ import main
from grader.attempt import MOST_CROWDED
from grader.authoring.assignment import cells, read
from grader.authoring.rules import region_lines
from grader.authoring.variants import submission, untouched
from grader.authoring.weave import woven_modules
from grader.course import Course, GradingError
from grader.export import Mark
from grader.journal import Journal
from grader.people import Member
from grader.tables import Table
from grader.verdict import TELLING_LENGTH

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"
NAME = "01_tally"


def copy_of_demo(root: Path) -> None:
    """The demo course in the folder `root`."""
    shutil.copytree(DEMO, root)


def copy_of_course(root: Path) -> None:
    """The first assignment in the folder `root`, with links to the library and the data."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder / "01_ngrams", root / folder / "01_ngrams")
    for folder in ("minillm", "data"):
        (root / folder).symlink_to(ROOT / folder)


class Graded:
    """A made class after `python -m grader grade` has run over it."""

    def __init__(
        self, folder: Path, course: Callable[[Path], None], kinds: str, **more: str
    ) -> None:
        self.folder, self.root = folder, folder / "course"
        course(self.root)
        self.source = next(self.root.glob("solutions/*/*.md"))
        self.name = self.source.stem
        self.environment = {"MINILLM_COURSE": str(self.root), **more}
        default = f"sqlite:///{self.root}/gradebook/gradebook.db"
        self.url = more.get("MINILLM_GRADEBOOK_URL", default)
        self.cases = make_class(self.source, folder, kinds)
        options = ["--roster", "class.csv", "--from", "downloads", "--due", DUE.isoformat()]
        options += ["--times", "times.csv"]
        self.output = self.run("grade", self.name, *options, "--limit", "120")

    def again(self, folder: Path) -> "Graded":
        """A copy in the empty folder `folder`, for a test that changes something."""
        shutil.copytree(self.folder, folder, symlinks=True)
        other = copy.copy(self)
        other.folder, other.root = folder, folder / "course"
        other.environment = {**self.environment, "MINILLM_COURSE": str(other.root)}
        return other

    def run(self, *arguments: str) -> str:
        """Run the documented command in the class's folder and return what it prints."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "grader", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def marks(self, form: str) -> list[list[str]]:
        path = self.root / "gradebook" / "marks" / f"{self.name}-{form}.csv"
        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    def plain(self) -> dict[str, dict[str, str]]:
        header, *rows = self.marks("csv")
        return {row[0]: dict(zip(header, row, strict=True)) for row in rows}

    def page(self, case: Case) -> str:
        folder = self.root / "gradebook" / "feedback" / case.id / self.name
        return (folder / f"{self.name}.html").read_text(encoding="utf-8")

    def text(self, case: Case) -> str:
        """What the page shows, without its markup."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.page(case)))

    def submitted(self, case: Case) -> nbformat.NotebookNode:
        path = self.root / "gradebook" / "submitted" / case.id / self.name / f"{self.name}.ipynb"
        return nbformat.read(path, as_version=4)

    def case(self, what: str) -> Case:
        return next(case for case in self.cases if case.what == what)


COURSES = [  # and the seconds that a cell may take
    pytest.param((copy_of_demo, 2), id="demo"),
    pytest.param((copy_of_course, 25), id="ngrams", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=COURSES)
def sqlite_class(request, tmp_path_factory) -> Graded:
    """Thirty students who do an assignment, on SQLite."""
    course, seconds = request.param
    folder = tmp_path_factory.mktemp("thirty")
    return Graded(folder, course, "all", MINILLM_CELL_TIMEOUT=str(seconds))


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests of this module."""
    if not postgres.PROGRAMS:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    with postgres.Server() as server:
        yield server.url


@pytest.fixture(scope="module")
def postgres_class(postgres_url, tmp_path_factory) -> Graded:
    """Six students who do the demo assignment, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("class")
    return Graded(folder, copy_of_demo, "few", MINILLM_GRADEBOOK_URL=postgres_url)


def assert_marks(graded: Graded) -> None:
    """Every student of the class has the expected status, mark and reason."""
    rows = graded.plain()
    expected = {c.id: ("" if c.points is None else f"{c.points:g}", c.status) for c in graded.cases}
    assert {name: (row["mark"], row["status"]) for name, row in rows.items()} == expected
    for case in graded.cases:
        assert case.reason.format(id=case.id) in rows[case.id]["reason"]


def test_class_of_thirty_gets_the_expected_marks(sqlite_class):
    assert len(sqlite_class.cases) == 30
    assert {case.status for case in sqlite_class.cases} == {"graded", "broken", "missing"}
    assert_marks(sqlite_class)


@pytest.mark.slow
def test_class_on_postgresql_gets_the_expected_marks(postgres_class, postgres_url):
    assert_marks(postgres_class)
    assert not (postgres_class.root / "gradebook" / "gradebook.db").exists()
    with Gradebook(postgres_url) as gradebook:
        assert len(gradebook.assignment_submissions(NAME)) == 4


def test_report_names_the_late_the_broken_and_the_missing(sqlite_class):
    report = sqlite_class.output.split(f"\n{sqlite_class.name}: ")[1]
    for case in sqlite_class.cases:
        if case.status == "broken":
            assert re.search(rf"^  {case.id} .*{case.reason.format(id=case.id)}", report, re.M)
    assert re.search(rf"^  {sqlite_class.case('two days late').id} .* 48\.0 h$", report, re.M)
    assert re.search(
        rf"^  {sqlite_class.case('late with a forged time').id} .* 3\.0 h", report, re.M
    )
    missing = sqlite_class.case("nothing").id
    assert re.match(rf"\n  {missing} ", report.split("Not handed in: 1")[1])
    assert "nobody_x.ipynb belongs to nobody on the class list" in sqlite_class.output
    notes = [("endless loop", "ran for too long"), ("ends its process", "ended its process")]
    for what, note in notes:
        assert re.search(rf"^  {sqlite_class.case(what).id} .*cell \w+ {note}", report, re.M)


def lines_of(notebook: nbformat.NotebookNode) -> set[str]:
    return {line.strip() for cell in notebook.cells for line in cell.source.split("\n")}


def test_no_page_shows_a_hidden_check_or_an_answer_of_the_solution(sqlite_class):
    source = read(sqlite_class.source)
    hidden = {line for c in source.cells for line in region_lines(c.source, "HIDDEN TESTS")}
    public = lines_of(untouched(sqlite_class.source))
    secrets = {line for line in hidden - public if len(line) >= TELLING_LENGTH}
    assert len(secrets) > 3
    last = [cell.id for cell in cells(source, "answer")][-1]
    for case in sqlite_class.cases:
        if case.status == "graded":
            page = sqlite_class.text(case).replace("\\'", "'")
            own = "\n".join(lines_of(sqlite_class.submitted(case)))
            assert f"def {last}" in page or case.points == 0
            assert not [line for line in secrets if line in page and line not in own], case.what
            assert "HIDDEN TESTS" not in page


def test_pages_show_the_message_that_names_the_mistake(sqlite_class):
    named = [case for case in sqlite_class.cases if case.message]
    assert len(named) > 2
    for case in named:
        assert case.message in sqlite_class.text(case)
    assert "the file is empty" in sqlite_class.page(sqlite_class.case("empty file"))
    first = next(cells(read(sqlite_class.source), "answer")).id
    untouched = sqlite_class.text(sqlite_class.case("the untouched release"))
    assert f"{first}: not attempted" in untouched


def test_pages_open_with_the_points_and_why_some_are_lost(sqlite_class):
    source = read(sqlite_class.source)
    title = re.search("^# (.*)$", source.cells[0].source, re.M)[1]
    best = sqlite_class.case("the solution").points
    case = next(case for case in sqlite_class.cases if case.message and case.points < best)
    top = sqlite_class.text(case).split(title)[0]
    assert f"{case.points:g} of 100 points" in " ".join(top.split())
    assert case.message in top
    for check in cells(source, "check"):
        assert f'<a href="#{check.id}">' in sqlite_class.page(case)
        assert f'id="{check.id}"' in sqlite_class.page(case)


def test_pages_run_no_script_and_ask_no_other_host(sqlite_class):
    for case in sqlite_class.cases:
        if case.status == "graded":
            page = sqlite_class.page(case)
            assert "<script" not in page
            assert not re.search(r"<[^>]* (?:src|href)=[\"']?(?!#|data:|[\"'])", page)
            assert page.index("default-src 'none'") < page.index("<body")
            assert len(page) < 400_000


def test_answers_cannot_be_imported_while_they_are_graded(sqlite_class):
    modules = woven_modules(sqlite_class.source)
    assert modules
    text = sqlite_class.text(sqlite_class.case("imports the answer"))
    for module in modules:
        assert f"{module} cannot be imported here" in text


def test_canvas_file_has_the_columns_and_rows_that_canvas_reads(sqlite_class):
    header, possible, *rows = sqlite_class.marks("canvas")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", sqlite_class.name]
    assert "Points Possible" in possible[0]
    assert possible[5] == "100"
    assert len(rows) == 30
    assert all(len(row) == 6 for row in rows)


def test_moodle_file_has_the_columns_that_moodle_reads(sqlite_class):
    header, *rows = sqlite_class.marks("moodle")
    assert {"Identifier", "Grade", "Last modified (grade)", "Email address"} <= set(header)
    assert rows[0][0] == "Participant 4000"
    assert len(rows) == 30


@pytest.mark.parametrize("form", ["csv", "canvas", "moodle"])
def test_hostile_names_reach_the_files_as_plain_text(sqlite_class, form):
    names = [row[1 if form != "canvas" else 0] for row in sqlite_class.marks(form)]
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]
    assert not [name for name in names if "\n" in name]
    for fragment in ("Ævar Þórsson", "李小龍", '"Bobby" Tables, Jr.', "Line Break", "'=HYPERLINK"):
        assert any(fragment in name for name in names), fragment


def test_second_run_grades_nothing_and_changes_no_mark(sqlite_class, tmp_path):
    graded = sqlite_class.again(tmp_path / "class")
    before = graded.marks("csv")
    assert "29 submissions" in graded.run("collect", graded.name, "--from", "downloads")
    assert graded.run("autograde", graded.name) == "autograde  nothing new\n"
    graded.run("export", graded.name)
    assert graded.marks("csv") == before


def test_resubmission_is_graded_and_a_mark_given_by_hand_is_kept(postgres_class):
    student = postgres_class.case("the untouched release").id
    with Gradebook(postgres_class.url) as gradebook:
        grade = gradebook.find_grade("essay", NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = 30, False
        gradebook.db.commit()
    notebook = submission(postgres_class.source)
    path = postgres_class.folder / "downloads" / f"{student}_{NAME}.ipynb"
    nbformat.write(notebook, path)
    postgres_class.run("collect", NAME, "--from", "downloads")
    output = postgres_class.run("autograde", NAME)
    assert f"autograde  1 of 1  {student}: 60 of 60" in output
    postgres_class.run("export", NAME)
    assert postgres_class.plain()[student]["mark"] == "90"


def journal(graded: Graded) -> Journal:
    return Journal(Course(graded.root), graded.name)


def test_grading_one_submission_is_quick(sqlite_class):
    attempts = [state.attempt for state in journal(sqlite_class).states().values()]
    ordinary = [a.seconds for a in attempts if a and not a.notes]
    assert len(ordinary) > 20
    assert max(ordinary) < 60


def test_every_grade_says_what_it_was_made_of(sqlite_class):
    for state in journal(sqlite_class).states().values():
        attempt = state.attempt
        if attempt:
            assert attempt.layers, "graded without a sandbox"
            assert attempt.submission == state.collected.submission
            seconds = float(sqlite_class.environment["MINILLM_CELL_TIMEOUT"])
            assert seconds <= attempt.limits.cell_s <= MOST_CROWDED * seconds
            assert len({attempt.source, attempt.environment}) == 2


def test_cell_that_hangs_or_dies_costs_its_own_points_only(sqlite_class):
    book = journal(sqlite_class)
    for what, status in [("endless loop", "timeout"), ("ends its process", "died")]:
        attempt = book.state(sqlite_class.case(what).id).attempt
        assert [cell.status for cell in attempt.cells if cell.status != "ok"] == [status]
        lost = {check.id.split("-")[0] for check in attempt.checks if check.earned < check.points}
        assert lost == {attempt.cells[0].id}


def test_autograded_points_equal_the_trial_for_every_check(sqlite_class):
    case = sqlite_class.case("the solution")
    with Gradebook(sqlite_class.url) as gradebook:
        name = sqlite_class.name
        book = gradebook.find_submission_notebook(name, name, case.id)
        points = {grade.name: grade.auto_score for grade in book.grades}
    expected = {
        c.id: float(c.metadata.nbgrader.points) for c in cells(read(sqlite_class.source), "check")
    }
    assert {check: points[check] for check in expected} == expected


# Parts on their own


@pytest.fixture
def course(tmp_path, monkeypatch) -> Course:
    """The demo course in a folder of its own."""
    shutil.copytree(DEMO, tmp_path / "course")
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    monkeypatch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    return Course.here()


@pytest.fixture
def released(course):
    return untouched(course.source(NAME))


CLASS = [
    Member("ada", "Ada Lovelace", "ada@example.org", "101"),
    Member("ada_b", "Ada Byron", "b@example.org", "102"),
    Member("s3", "Åsa Öberg", "asa@example.org", "103"),
    Member("s4", "Twin", "", "104"),
    Member("s5", "Twin", "", "105"),
]


def marks(*points: float | None) -> list[Mark]:
    return [
        Mark(s, p, 100, "graded" if p is not None else "broken")
        for s, p in zip(CLASS, points, strict=False)
    ]


def table(rows: list[list[str]]) -> Table:
    return Table(Path("grades.csv"), rows[0], list(enumerate(rows[1:], 2)), ",", "")


def test_marks_fill_a_file_from_canvas_and_change_nothing_else():
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_tally (77)", "Final"],
        ["    Points Possible", "", "", "", "", "100", "(read only)"],
        ["Lovelace, Ada", "101", "", "", "A", "", "3"],
        ["Byron, Ada", "", "", "ada_b", "A", "12", "4"],
        ["Öberg, Åsa", "103", "", "", "B", "5", "5"],
    ]
    before = [list(row) for row in rows]
    filled, notes = export.fill(table(rows), marks(66.666, 40, None), NAME, "canvas")
    assert notes == ["ada_b had another mark in the file: 12 -> 40"]
    assert [row[5] for row in filled] == ["01_tally (77)", "100", "66.67", "40", "5"]
    assert [row[:5] + row[6:] for row in filled] == [row[:5] + row[6:] for row in before]


def test_marks_fill_a_worksheet_from_moodle():
    rows = [
        ["Identifier", "Full name", "Email address", "Grade"],
        ["Participant 101", "Ada", "", ""],
        ["Participant 7", "Ada B", "b@example.org", ""],
    ]
    filled, _ = export.fill(table(rows), marks(70, 40), NAME, "moodle")
    assert [row[3] for row in filled[1:]] == ["70", "40"]


def test_file_without_the_column_is_refused():
    with pytest.raises(GradingError, match="no column '01_tally' of a canvas file"):
        export.fill(table([["Student", "ID", "02_bpe (3)"]]), marks(1), NAME, "canvas")


def test_stale_exercise_is_not_released(course, capsys):
    path = course.exercise(NAME)
    path.write_text(path.read_text().replace("You count words", "You count"))
    assert main(["release", NAME]) == 1
    assert "stale" in capsys.readouterr().err
