"""A class as it is: lists that change, files of all countries, times that somebody forges."""

import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from made_attempts import DEMO, MadeCourse

from grader import export, feedback, lateness, roster
from grader.authoring import build_exercises
from grader.authoring.assignment import cells
from grader.authoring.variants import submission, untouched
from grader.collect import Taken, collect
from grader.course import Course, GradingError
from grader.journal import latest
from grader.lateness import LatePolicy
from grader.marks import marks
from grader.people import Member, People
from grader.release import release
from grader.report import report
from grader.tables import read_table

NAME = "01_tally"
SOURCE = DEMO / "solutions" / NAME / f"{NAME}.md"
CLASS = "id,name,email,lms_id\nada,Ada Lovelace,ada@example.org,4001\n"
CLASS += "grace,Grace Hopper,grace@example.org,4002\n"
NBGRADERS_OWN = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
DUE = datetime(2026, 3, 2, 18)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The demo course, released."""
    root = tmp_path_factory.mktemp("made") / "course"
    shutil.copytree(DEMO, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
        release(Course.here(), NAME)
    return root


@pytest.fixture
def course(made, tmp_path, monkeypatch) -> Course:
    """That course in a folder of its own."""
    shutil.copytree(made, tmp_path / "course")
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    monkeypatch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    return Course.here()


@pytest.fixture
def good(course) -> bytes:
    return json.dumps(submission(course.source(NAME))).encode()


def enrol(course: Course, text: str) -> roster.Registered:
    path = course.root / "class.csv"
    path.write_text(text, encoding="utf-8")
    return roster.register(course, path, NAME)


@pytest.fixture
def zipped(course, tmp_path) -> Callable[..., Taken]:
    """Collects a .zip with the files of a dictionary."""

    def collected(files: dict[str, bytes], **options: object) -> Taken:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return collect(course, NAME, tmp_path / "all.zip", **options)

    return collected


# Whose a download is


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("ada.zip", "ada"),
        ("ada.pdf", "ada"),
        ("ada.IPYNB", "ada"),
        ("ada.ipynb.json", "ada"),
        ("ada-01_tally.ipynb", "ada"),
        ("ada 01_tally.ipynb", "ada"),
        ("ada (1).ipynb", "ada"),
        ("01_tally_ada.ipynb", "ada"),
        ("adamson.ipynb", None),
        ("ada.lovelace.ipynb", None),
        ("lovelaceada_4001_9001_01_tally.ipynb", "ada"),
        ("lovelaceada_5555_9001_01_tally.ipynb", "ada"),
        ("hopperg_9999_4001_01_tally.ipynb", None),  # the number of a file is not hers
        ("oneillpat_77_9_x.ipynb", "pat"),
        ("Pat O\u2019Neill_77_assignsubmission_file_", "pat"),
        (unicodedata.normalize("NFD", "Öberg Åsa_7_assignsubmission_file_"), "asa"),
        ("öbergåsa_7_8_x.ipynb", "asa"),
        ("Group A-Ada Lovelace_7_assignsubmission_file_", "ada"),
        ("Lovelace, Ada_7_assignsubmission_file_", "ada"),
        ("Ada Lovelace_4002_assignsubmission_file_", None),  # her name, another's number
        ("Team Blue_17_assignsubmission_file_", None),
        ("twin_1_2_x.ipynb", None),
    ],
)
def test_owner_of_a_download_of_any_system(file, student):
    people = People(
        [
            Member("ada", "Ada Lovelace", "ada@example.org", "4001"),
            Member("grace", "Hopper, Grace", "grace@example.org", "4002"),
            Member("pat", "Pat O'Neill", ""),
            Member("asa", "Åsa Öberg", ""),
            Member("t1", "Twin", ""),
            Member("t2", "Twin", ""),
        ]
    )
    owner = people.owner(file, NAME)
    assert (owner.student.id if owner.student else None) == student
    assert bool(owner.why) == (student is None)


def test_what_belongs_to_nobody_is_named_with_the_reason(course, zipped, good):
    enrol(course, CLASS + "bob,Twin,,\ndan,Twin,,\n")
    enrol(course, CLASS + "bob,Twin,,\neve,Twin,,\n")
    team = "Team Blue_17_assignsubmission_file/01_tally.ipynb"
    anonymous = "anon_x1y2z_9001_01_tally.ipynb"
    files = [team, anonymous, "twin_1_2_x.ipynb", "dan_01_tally.ipynb", "notes.ipynb"]
    found = zipped(dict.fromkeys(files, good)).strangers
    reasons = [
        "a team's work?",
        "without names",
        "that of bob or eve",
        "any more",
        "begins with no",
    ]
    for file, reason in zip(files, reasons, strict=True):
        mine = [text for text in found if text.startswith(f"{file} belongs to nobody")]
        assert len(mine) == 1
        assert reason in mine[0]
    only = zipped({team: good}).strangers
    assert [text.split(" belongs")[0] for text in only] == [team]
    assert "a team's work?" in only[0]


def test_names_of_a_zip_that_does_not_say_utf8_are_read(course, tmp_path, good):
    enrol(course, "id,name,email\nasa,Åsa Öberg,\n")
    name = "Åsa Öberg_7_assignsubmission_file/01_tally.ipynb".encode()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x" * len(name), good)
    path = tmp_path / "all.zip"
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
    assert zipfile.ZipFile(path).namelist()[0].startswith("├à")
    assert [each.student for each in collect(course, NAME, path).submissions] == ["asa"]


# Class lists

CANVAS_LIST = """\
Student,ID,SIS User ID,SIS Login ID,Section,01_tally (4711)
    Points Possible,,,,,40
"Lovelace, Ada",4001,u1,ada,A,
"Hopper, Grace",4002.0,u2,grace@example.org,A,
"Student, Test",4003,,abc123,A,
"""
MOODLE_LIST = """\
First name,Last name,Email address,Roles
Ada,Lovelace,ada@example.org,Student
Pat,O'Neill,pat.o'neill@example.org,Student
Tea,Cher,tea@example.org,Teacher
"""
GERMAN_WORKSHEET = """\
ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung
Teilnehmer/in4001;Ada Lovelace;ada@example.org;Abgegeben;;100,00
"""


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (
            CANVAS_LIST,
            [
                Member("ada", "Lovelace, Ada", "", "4001"),
                Member("grace@example.org", "Hopper, Grace", "grace@example.org", "4002"),
            ],
        ),
        (
            MOODLE_LIST,
            [
                Member("ada@example.org", "Ada Lovelace", "ada@example.org"),
                Member("pat.o_neill@example.org", "Pat O'Neill", "pat.o'neill@example.org"),
            ],
        ),
        (GERMAN_WORKSHEET, [Member("ada@example.org", "Ada Lovelace", "ada@example.org", "4001")]),
        (
            "id;name;email;lms_id\n;;;\n7;Ada Lovelace;a@x;4001,0\n;;;\n",
            [Member("7", "Ada Lovelace", "a@x", "4001")],
        ),
        ("ID;Name;E-Mail\ns123;Ada;a@x\n", [Member("s123", "Ada", "a@x")]),
        ("id\tname\temail\r\nada\tAda, B.\ta@x\r\n", [Member("ada", "Ada, B.", "a@x")]),
    ],
)
def test_lists_of_other_systems_and_countries_are_understood(tmp_path, text, students):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "class.csv").write_text(text, encoding=encoding, newline="")
        assert roster.read(tmp_path / "class.csv").students == students


@NBGRADERS_OWN
def test_a_corrected_id_takes_its_marks_along(course, zipped, good):
    wrong = CLASS.replace("ada,", "adda,", 1)
    enrol(course, wrong)
    zipped({"lovelaceada_4001_9001_01_tally.ipynb": good, "grace_01_tally.ipynb": good})
    with course.gradebook() as gradebook:
        gradebook.update_or_create_submission(NAME, "adda")
    changed = enrol(course, CLASS)
    assert changed.renamed == {"adda": "ada"}
    assert changed.left == []
    assert [student.id for student in roster.students(course)] == ["ada", "grace"]
    assert list(latest(course, NAME)) == ["ada", "grace"]
    assert course.private("submitted", "ada", NAME, f"{NAME}.ipynb").is_file()
    with course.gradebook() as gradebook:
        assert [s.student.id for s in gradebook.assignment_submissions(NAME)] == ["ada"]
        assert {student.id for student in gradebook.students} == {"ada", "grace"}
    # The number is free for a new student, who gets nothing of it.
    assert enrol(course, CLASS + "adda,Adda New,new@example.org,4009\n").renamed == {}
    assert "adda" not in latest(course, NAME)


def test_who_leaves_keeps_the_marks_and_is_not_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path))
    course = MadeCourse(tmp_path, SOURCE, {"ann": "Ann", "bob": "Bob"})
    with course:
        course.add("ann")
        course.add("bob")
    text = "id,name,email\nann,Ann,ann@example.org\n"
    assert enrol(course.course, text).left == ["bob"]
    assert [mark.student.id for mark in marks(course.course, NAME)] == ["ann"]
    assert "1 of 1 students graded" in str(report(course.course, NAME))
    enrol(course.course, f"{text}bob,Bob,bob@example.org\n")
    assert [mark.points for mark in marks(course.course, NAME)] == [60, 60]


def test_without_numbers_and_addresses_a_name_says_who_is_meant(course, zipped, good):
    enrol(course, "id,name,email\nadda,Ada Lovelace,\nbob,Twin,b@x\ncy,Twin,\n")
    text = 'id,name,email\nada,"Lovelace, Ada",ada@x\nbo,Twin,c@x\nc,Twin,\n'
    changed = enrol(course, text)
    assert changed.renamed == {"adda": "ada"}
    assert changed.left == ["bob", "cy"]


# Times


def test_a_time_that_a_student_can_write_counts_nowhere(course, zipped, good, tmp_path):
    enrol(course, CLASS)
    inner = zipfile.ZipInfo("01_tally.ipynb", (2020, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr(inner, good)
        archive.writestr("timestamp.txt", "2020-01-01 00:00:00 UTC")
    own = (tmp_path / "ada.zip").read_bytes()
    stamp = b"2020-01-01 00:00:00 UTC"
    files = {"ada.zip": own, "grace/01_tally.ipynb": good, "grace/timestamp.txt": stamp}
    assert {each.handed_in for each in zipped(files).submissions} == {""}
    taken = zipped(files, file_times=True)
    assert min(each.handed_in for each in taken.submissions) > "2025"


@pytest.mark.parametrize(
    "table",
    [
        "id,time\nada,2026-03-02 17:00\ngrace,2026-03-02 21:00+02:00\nzoe,2026-03-02 17:00\n",
        "Identifier;Email address;Last modified (submission)\n"
        "Participant 4001;;Monday, 2 March 2026, 5:00 PM\n"
        "Participant 7;GRACE@example.org;Monday, 2 March 2026, 7:00 PM\nParticipant 8;;-\n"
        "Participant 9;;Monday, 2 March 2026, 7:00 PM\n",
    ],
)
def test_a_table_says_when_work_was_handed_in(course, zipped, good, tmp_path, table):
    enrol(course, CLASS)
    (tmp_path / "times.csv").write_text(table)
    files = {"lovelaceada_LATE_4001_1_x.ipynb": good, "grace_x.ipynb": good}
    taken = zipped(files, times=tmp_path / "times.csv")
    times = {each.student: each.handed_in for each in taken.submissions}
    assert times == {"ada": "2026-03-02T17:00:00", "grace": "2026-03-02T19:00:00"}
    assert len(taken.unmatched_times) == 1
    assert {each.handed_in for each in zipped(files).submissions} == set(times.values())


def scored(course: Course, points: float, *students: str) -> None:
    """Give each of the students `points` for one check."""
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
        for student in students:
            gradebook.update_or_create_submission(NAME, student)
            gradebook.find_grade("tally-counts", NAME, NAME, student).auto_score = points
        gradebook.db.commit()


@NBGRADERS_OWN
def test_canvas_says_who_is_late_and_extensions_count(course, zipped, good):
    (course.root / "nbgrader_config.py").write_text(
        "from pathlib import Path\nfrom grader.settings import configure\nc = get_config()\n"
        'configure(c, Path(__file__).parent)\nc.LatePolicy.rule = "10% a day"\n'
    )
    head = "id,name,email,lms_id,handed_in,extension\n"
    rows = [
        "ada,A,,1,,",
        "bob,B,,2,,",
        "cy,C,,3,2026-03-03 10:00,",
        "di,D,,4,2026-03-03 10:00,1 day",
    ]
    enrol(course, head + "\n".join(rows))
    names = ["a_1_9_x.ipynb", "b_LATE_2_9_x.ipynb", "c_3_9_x.ipynb", "d_LATE_4_9_x.ipynb"]
    zipped(dict.fromkeys(names, good))
    scored(course, 20, "ada", "bob", "cy", "di")
    lateness.settle(course, NAME)
    with course.gradebook() as gradebook:
        late = {s.student.id: s.total_seconds_late for s in gradebook.assignment_submissions(NAME)}
        books = gradebook.notebook_submissions(NAME, NAME)
        cost = {book.student.id: book.late_submission_penalty for book in books}
    assert late == {"ada": 0, "bob": 1, "cy": 16 * 3600, "di": 0}
    assert cost == {"ada": None, "bob": 2, "cy": 2, "di": None}


@pytest.mark.parametrize(
    ("rule", "hours", "penalty"),
    [
        ("none", 100, None),
        ("zero", 1, 40),
        ("zero, 2 h grace", 1, None),
        ("10% a day", 1, 4),
        ("10% a day", 25, 8),
        ("10% per day, 30 min grace", 0.5, None),
        ("10% per day, 30 min grace", 0.6, 4),
        ("2.5 points a day", 49, 7.5),
    ],
)
def test_one_setting_says_what_lateness_costs(rule, hours, penalty):
    assert LatePolicy(rule=rule).late_submission_penalty("ada", 40, hours * 3600) == penalty


def test_a_rule_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"LatePolicy\.rule"):
        LatePolicy(rule="a little")


# Answers that stand elsewhere


def rebuilt(
    course: Course, zipped: Callable[..., Taken], change: Callable
) -> nbformat.NotebookNode:
    """What is graded of the solution after `change(notebook)`, and its record."""
    enrol(course, CLASS)
    notebook = submission(course.source(NAME))
    change(notebook)
    record = zipped({"ada_x.ipynb": json.dumps(notebook).encode()}).submissions[0]
    path = course.private("submitted", "ada", NAME, f"{NAME}.ipynb")
    return nbformat.read(path, as_version=4), record


WORDS = "It makes texts of different length comparable."
STUB = "YOUR ANSWER HERE"


def beside(kind: str, text: str = WORDS) -> Callable[[nbformat.NotebookNode], None]:
    """The written answer in a new cell below the untouched one."""
    new = getattr(nbformat.v4, f"new_{kind}_cell")

    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[-1].source = STUB
        notebook.cells.append(new(text))

    return change


def in_the_question(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[-1].source = STUB
    notebook.cells[-2].source += f"\n\n**Answer:** {WORDS}"


def above(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[-1].source = ""
    notebook.cells.insert(-1, nbformat.v4.new_markdown_cell(WORDS))


def reflowed(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[-1].source, notebook.cells[-1].metadata = WORDS, {}
    notebook.cells[-2].source = notebook.cells[-2].source.replace(" ", "\n")


@pytest.mark.parametrize(
    "change",
    [
        beside("markdown"),
        beside("raw"),
        beside("code", f"# {WORDS}"),
        beside("code", WORDS),
        beside("code", f'print("{WORDS}")'),
        in_the_question,
        above,
        reflowed,
    ],
)
def test_a_written_answer_beside_its_cell_is_found(course, zipped, change):
    notebook, record = rebuilt(course, zipped, change)
    assert WORDS in next(cells(notebook, "written")).source
    assert record.untouched == []


@pytest.mark.parametrize("text", ["print(tally([1]))", "tally([1])", "x = 3", "", "%timeit tally"])
def test_code_below_a_written_answer_is_none(course, zipped, text):
    _, record = rebuilt(course, zipped, beside("code", text))
    assert record.untouched == ["essay"]
    assert not [note for note in record.notes if "nothing is written" in note]


def test_words_far_from_an_empty_written_answer_are_reported(course, zipped):
    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[-1].source = STUB
        notebook.cells.insert(2, nbformat.v4.new_markdown_cell(WORDS))

    _, record = rebuilt(course, zipped, change)
    assert any("nothing is written here" in note and "essay" in note for note in record.notes)


TALLY = "    counts = {}\n    for item in items:\n        counts[item] = counts.get(item, 0) + 1\n"


@pytest.mark.parametrize(
    "text",
    [
        f"def tally(items):\n{TALLY}    return counts",
        "if True:\n    " + f"def tally(items):\n{TALLY}    return counts".replace("\n", "\n    "),
        "from collections import Counter\ntally = Counter",
        "from collections import Counter as tally",
    ],
)
@pytest.mark.parametrize("stub", ["kept", "deleted"])
def test_no_stub_is_put_over_an_answer_that_stands_elsewhere(course, zipped, text, stub):
    def change(notebook: nbformat.NotebookNode) -> None:
        index, answer = next((i, c) for i, c in enumerate(notebook.cells) if c.id == "tally")
        answer.source = next(cells(untouched(course.source(NAME)), "answer")).source
        if stub == "deleted":
            del notebook.cells[index]
        notebook.cells.insert(index, nbformat.v4.new_code_cell(text))

    notebook, _ = rebuilt(course, zipped, change)
    names: dict = {}
    for cell in notebook.cells:
        if cell.id == "tally-counts":
            break
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert names["tally"](["a", "b", "a"]) == {"a": 2, "b": 1}


# A check that changes


def test_a_changed_check_makes_no_new_work_and_blames_nobody(course, zipped, good):
    enrol(course, CLASS)
    old = untouched(course.source(NAME))
    edited = submission(course.source(NAME))
    files = {"ada_01_tally.ipynb": good, "grace_01_tally.ipynb": json.dumps(old).encode()}
    before = {each.student: each for each in zipped(files).submissions}
    source = course.source(NAME)
    text = source.read_text().replace("a occurs twice, got", "count again, got")
    text = text.replace("You count words", "You count items").replace(
        "in the order in which items first occur.", "in order."
    )
    library = course.root / "toybox" / "tally.py"
    library.write_text(
        library.read_text().replace("in the order in which items first occur.", "in order.")
    )
    source.write_text(text)
    assert build_exercises.main([NAME]) == 0
    release(course, NAME)
    after = {each.student: each for each in zipped(files).submissions}
    for student in ("ada", "grace"):
        assert after[student].content == before[student].content
        assert after[student].submission != before[student].submission
        assert not [note for note in after[student].notes if "outside the answers" in note]
    assert sorted(after["grace"].untouched) == ["essay", "shares", "tally"]
    check = next(cells(edited, "check"))
    check.source = check.source.replace("twice", "thrice")
    files["ada_01_tally.ipynb"] = json.dumps(edited).encode()
    notes = zipped(files).submissions[0].notes
    assert notes == ["changes outside the answers were ignored: tally-counts"]


# Marks and pages on their way back


def filled(
    course: Course, form: str, text: str, column: str = ""
) -> tuple[list[list[str]], list[str]]:
    path = course.root / "their.csv"
    path.write_text(text, encoding="utf-8")
    made = export.export(course, NAME, form, path, column)
    table = read_table(made.path)
    return [row for _, row in table.rows], made.notes


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Course:
    """Ada has 60 points and Grace 40.5."""
    root = tmp_path_factory.mktemp("marked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        made = MadeCourse(root, SOURCE, {"ada": "Ada Lovelace", "grace": "Grace Hopper"})
        enrol(made.course, CLASS)
        with made:
            made.add("ada")
            made.add("grace")
        with made.course.gradebook() as gradebook:
            gradebook.find_grade("tally-counts", NAME, NAME, "grace").manual_score = 0.5
            gradebook.db.commit()
        yield made.course


GERMAN = "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung\n"
GERMAN += 'Teilnehmer/in4001;Ada;;x;;"100,00"\nTeilnehmer/in9;Grace Hopper;;x;;"100,00"\n'
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,01_tally (4711)\n    Points Possible,,,,,40\n"


def test_files_of_other_countries_are_filled_in(marked):
    rows, notes = filled(marked, "moodle", GERMAN)
    assert [row[4] for row in rows] == ["60", "40,5"]
    assert [note.split(":")[0] for note in notes] == ["grace is known by the name alone"]
    text = CANVAS.replace(",", ";") + '"Lovelace, Ada";4001;;;A;\n"Hopper, Grace";4002,0;;;A;\n'
    rows, notes = filled(marked, "canvas", text)
    assert [row[5] for row in rows] == ["40", "60", "40,5"]
    assert notes == []


@pytest.mark.parametrize(
    ("rows", "marks", "note"),
    [
        (["X,4001,,,A,", "Y,,,GRACE@example.org,A,"], ["60", "40.5"], ""),
        (["X,4001,,,A,EX", "Y,4002,,,A,"], ["EX", "40.5"], "ada stays as it was in the file: EX"),
        (["X,4001,,,A,12", "Y,4002,,,A,"], ["60", "40.5"], "ada had another mark in the file: 12"),
        (["X,4001,,,A,"], ["60"], "no row for the mark of grace"),
        (["X,4001,,grace,A,", "Y,4002,,,A,"], ["", "40.5"], "ada or grace"),
        (["X,4001,,,A,", "Y,4002,,,A,", "Zoe,7,,,A,"], ["60", "40.5", ""], "not on the class list"),
        (["X,4001,,,A,", "X,4001,,,B,", "Y,4002,,,A,"], ["60", "60", "40.5"], "ada has 2 rows"),
        (["X,4001", "Y,4002,,,A,"], ["60", "40.5"], ""),
    ],
)
def test_each_mark_finds_its_row_or_is_reported(marked, rows, marks, note):
    found, notes = filled(marked, "canvas", CANVAS + "\n".join(rows) + "\n")
    assert [row[5] for row in found[1:]] == marks
    assert (note in "\n".join(notes)) if note else notes == []


def test_a_file_in_which_nobody_is_found_is_refused(marked):
    with pytest.raises(GradingError, match="no row is that of a student with a mark: ada, grace"):
        filled(marked, "canvas", CANVAS + "Zoe,7,,,A,\n")


def test_pages_leave_in_the_layout_of_each_system(course, zipped, good):
    enrol(course, CLASS + "bob,Bob,,\n")
    names = ["lovelaceada_LATE_4001_9001_01_tally.ipynb", "bob.ipynb"]
    folder = "Grace Hopper_4002_assignsubmission_file"
    zipped(dict.fromkeys([*names, f"{folder}/01_tally.ipynb"], good))
    for student in ("ada", "bob", "grace"):
        page = feedback.page_path(course, NAME, student)
        page.parent.mkdir(parents=True)
        page.write_text(student)
    canvas, moodle = (zipfile.ZipFile(path) for path in feedback.archives(course, NAME))
    assert canvas.namelist() == ["lovelaceada_LATE_4001_9001_01_tally.html"]
    assert moodle.namelist() == [f"{folder}/01_tally.html"]
    assert moodle.read(moodle.namelist()[0]) == b"grace"


def test_report_before_grading_calls_nobody_broken(course, zipped, good):
    enrol(course, CLASS)
    zipped({"ada_x.ipynb": good})
    text = str(report(course, NAME))
    assert re.search(r"Not graded yet: 1\n  ada ", text)
    assert "Broken" not in text
    assert "Not handed in: 1" in text
