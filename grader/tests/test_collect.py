"""From downloads to submissions: whose a file is, what is taken from it, what is refused."""

import copy
import json
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters import markdown2html_mistune

from grader import downloads, reading, roster
from grader.__main__ import main
from grader.attempt import Attempt
from grader.authoring.assignment import cells, grade_id
from grader.authoring.variants import submission, untouched
from grader.collect import EDITED, Taken, collect, pending
from grader.course import Course, GradingError
from grader.journal import Journal, latest
from grader.people import Member, People
from grader.reading import Broken, HandedIn, read_notebook
from grader.release import release
from grader.restore import restore

DEMO = Path(__file__).parent / "data" / "demo_course"
NAME = "01_tally"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The demo course with a class of Ann and Bob, released."""
    root = tmp_path_factory.mktemp("made") / "course"
    shutil.copytree(DEMO, root)
    (root / "class.csv").write_text("id,name,email\nann,Ann,a@b\nbob,Bob,b@b\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINILLM_COURSE", str(root))
        patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
        release(Course.here(), NAME)
        roster.register(Course.here(), root / "class.csv")
    return root


@pytest.fixture
def course(made, tmp_path, monkeypatch) -> Course:
    """That course in a folder of its own."""
    shutil.copytree(made, tmp_path / "course")
    monkeypatch.setenv("MINILLM_COURSE", str(tmp_path / "course"))
    monkeypatch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    return Course.here()


@pytest.fixture
def released(course):
    return untouched(course.source(NAME))


def restored(released, notebook):
    """What is rebuilt of a notebook in memory, and the notes."""
    return restore(released, HandedIn.of(notebook))


# Rebuilding


def test_restore_returns_a_faithful_submission_unchanged(course, released):
    handed_in = submission(course.source(NAME))
    rebuilt, notes = restored(released, handed_in)
    assert notes == []
    sources = {grade_id(c): c.source for c in handed_in.cells if grade_id(c)}
    assert {grade_id(c): c.source for c in rebuilt.cells if grade_id(c)} == sources


def test_restore_keeps_the_order_of_the_release_and_the_students_own_cells(released):
    handed_in = released.copy()
    extra = nbformat.v4.new_code_cell("helper = 1")
    handed_in.cells = [*reversed(released.cells), extra]
    rebuilt, _ = restored(released, handed_in)
    graded = [grade_id(cell) for cell in rebuilt.cells if grade_id(cell)]
    assert graded == [grade_id(cell) for cell in released.cells if grade_id(cell)]
    assert "helper = 1" in [cell.source for cell in rebuilt.cells]


@pytest.mark.parametrize(
    "metadata", [None, 3, {"nbgrader": 3}, {"nbgrader": {"grade_id": ["tally"]}}, {"nbgrader": {}}]
)
def test_restore_survives_any_metadata(released, metadata):
    handed_in = nbformat.from_dict(json.loads(nbformat.writes(released)))
    handed_in.cells[0]["metadata"] = metadata
    rebuilt, _ = restored(released, handed_in)
    assert rebuilt.cells[0].source == released.cells[0].source


@pytest.mark.parametrize(
    "text",
    [
        "<script>bad()</script>",
        "<img src=x onerror=bad()>",
        "<!--><script>bad()</script>-->",
        "<details open ontoggle=bad()>",
        "<a href=javascript:bad()>a</a>",
        "[a](javascript:bad())",
        "![a](http://example.org/x.png)",
        "[a]\n\n[a]: javascript:bad()",
        "<javascript:bad()>",
    ],
)
def test_students_text_reaches_a_page_as_text(course, released, text):
    handed_in = submission(course.source(NAME))
    next(cells(handed_in, "written")).source = text
    handed_in.cells += [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_raw_cell(text)]
    rebuilt, _ = restored(released, handed_in)
    shown = [c.source for c in rebuilt.cells if "bad()" in c.source or "x.png" in c.source]
    assert len(shown) == 3
    for source in shown:
        page = markdown2html_mistune(source)
        assert set(re.findall(r"<(\w+)", page)) <= {"p", "a"}  # an address may become a link
        assert not re.search(r'href="(?!http)', page)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b" \n", "empty"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'"text"', "no cells"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "notebook"),
        (b"[" * 100_000, "lists in lists"),
    ],
)
def test_files_that_are_no_notebooks_are_named(released, tmp_path, data, reason):
    (tmp_path / "x.ipynb").write_bytes(data)
    with pytest.raises(Broken, match=reason):
        restore(released, read_notebook(tmp_path / "x.ipynb"))


# Whose a file is


def test_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading, "open", refuse, raising=False)
    with pytest.raises(Broken, match=r"cannot be read \(Permission denied\): hand it in again"):
        read_notebook(tmp_path / "x.ipynb")


CLASS = [
    Member("ada", "Ada Lovelace", "ada@example.org", "101"),
    Member("ada_b", "Ada Byron", "b@example.org", "102"),
    Member("s3", "Åsa Öberg", "asa@example.org", "103"),
    Member("s4", "Twin", "", "104"),
    Member("s5", "Twin", "", "105"),
]


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("ada", "ada"),
        ("ada_01_tally.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        ("ada_b.ipynb", "ada_b"),
        ("ada - Ada Lovelace", "ada"),
        ("ada lovelace-smith_7_assignsubmission_file_", None),
        ("ada_b_01_tally.ipynb", "ada_b"),
        ("lovelaceada_LATE_102_998_01_tally.ipynb", "ada_b"),
        ("Åsa Öberg_98765_assignsubmission_file_", "s3"),
        ("A\u030asa O\u0308berg_98765_assignsubmission_file_", "s3"),
        ("Whoever_101_assignsubmission_file_", "ada"),
        ("twin_01_tally.ipynb", None),
        ("adam_01_tally.ipynb", None),
    ],
)
def test_owner_of_a_download(file, student):
    owner = People(CLASS).owner(file).student
    assert (owner.id if owner else None) == student


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,name\n", "no column email"),
        ("id,name,email\n../x,X,x@y\n", "line 2: the id '../x' cannot name a folder"),
        ("id,name,email\na,X,x@y\na,Y,x@y\n", "the id a occurs more than once"),
        ("id,name,email\nAnna,X,x@y\nanna,Y,x@y\n", "the id anna occurs more than once"),
        ("id,name,email\nanna b,X,x@y\n", "line 2: the id 'anna b' cannot name a folder"),
        ("id,name,email\n", "no student below the first line"),
        ("id,name,email\na,\udcc5sa,x@y\n", "not UTF-8"),
        ("", "is empty"),
        ("id,name,email,lms_id\na,X, Y,x@y,7\n", "line 2: 5 fields, but the first line has 4"),
        ('id,name,email\na,"X,x@y\nb,Y,y@y\n', "is a quotation mark missing"),
        ("id,name,email,lms_id\na,X, Y,x@y\n", "line 2: 'Y' is no e-mail address"),
        ("id,name,email,lms_id\na,X,x@y,7\nb,Y,y@y,7.0\n", "the lms_id 7 occurs more than once"),
        ("id,name,email,lms_id\na,X,x@y,1.00234E+11\n", "has lost digits"),
        ("id,name,email,extension\na,X,x@y,long\n", "'long' is no length such as 2 days"),
        ("id,name,email,handed_in\na,X,x@y,soon\n", "'soon' is no time such as"),
    ],
)
def test_faulty_class_lists_are_refused(tmp_path, text, message):
    (tmp_path / "class.csv").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(GradingError) as error:
        roster.read(tmp_path / "class.csv")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "id;name;email\nann;Ann, B.;a@b\n",
        '\ufeffID, Name ,email\nann,"Ann, B.",a@b\n',
        'id,name,email\r\nann,"Ann, B.",a@b\r\n',
    ],
)
def test_class_lists_from_spreadsheets_are_read(tmp_path, text):
    (tmp_path / "class.csv").write_bytes(text.encode())
    assert roster.read(tmp_path / "class.csv").students == [Member("ann", "Ann, B.", "a@b")]


def test_class_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GradingError, match="No such file"):
        roster.read(tmp_path / "none.csv")


# Archives


@pytest.fixture
def zipped(course, tmp_path) -> Callable[[dict[str, bytes]], Taken]:
    """Collects a .zip with the files of a dictionary."""

    def collected(files: dict[str, bytes]) -> Taken:
        with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return collect(course, NAME, tmp_path / "all.zip")

    return collected


def test_zip_writes_nothing_outside_its_folder(course, zipped, tmp_path):
    good = json.dumps(submission(course.source(NAME))).encode()
    before = {path for path in tmp_path.rglob("*") if "gradebook" not in path.parts}
    names = ["../../ann_x.ipynb", str(tmp_path / "y.ipynb"), "bob/../../z.txt", "bob/"]
    taken = zipped({**dict.fromkeys(names, b""), "bob_x.ipynb": good})
    status = {record.student: record.status for record in taken.submissions}
    assert status == {"ann": "broken", "bob": "collected"}
    after = {path for path in tmp_path.rglob("*") if "gradebook" not in path.parts}
    assert after - before == {tmp_path / "all.zip"}


def test_zip_may_wrap_its_files_in_a_folder(course, zipped):
    good = json.dumps(submission(course.source(NAME))).encode()
    taken = zipped({"all/ann_x.ipynb": good, "all/bob_x.ipynb": good})
    assert [record.student for record in taken.submissions] == ["ann", "bob"]
    assert taken.strangers == []


def test_file_too_big_is_reported_and_not_kept(course, zipped, monkeypatch):
    good = json.dumps(submission(course.source(NAME))).encode()
    for module in (reading, downloads):
        monkeypatch.setattr(module, "TOO_BIG", 100_000)
    taken = zipped({"ann_x.ipynb": bytes(1_000_000), "bob_x.ipynb.json": good})
    assert [record.status for record in taken.submissions] == ["broken", "collected"]
    assert "clear all outputs" in taken.submissions[0].reason
    assert not list(course.private("collected", "ann", NAME).iterdir())


def test_damaged_zip_is_named(course, zipped, tmp_path, capsys):
    zipped({"ann_x.ipynb": b"a" * 9000})
    path = tmp_path / "all.zip"
    data = bytearray(path.read_bytes())
    data[45] ^= 255
    path.write_bytes(data)
    assert main(["collect", NAME, "--from", str(path)]) == 1
    assert "'ann_x.ipynb' cannot be unpacked" in capsys.readouterr().err


@pytest.mark.parametrize("file_times", [False, True])
def test_a_files_time_counts_where_that_is_asked_for(course, tmp_path, file_times):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "ann_x.ipynb"
    nbformat.write(submission(course.source(NAME)), path)
    os.utime(path, (1_770_000_000, 1_770_000_000))
    shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "in")
    taken = collect(course, NAME, tmp_path / "all.zip", file_times=file_times)
    assert [record.student for record in taken.submissions] == ["ann"]
    expected = datetime.fromtimestamp(1_770_000_000, UTC).replace(tzinfo=None)
    assert taken.submissions[0].handed_in == (expected.isoformat() if file_times else "")


# Answers whose cells were damaged


def code(text: str, name: str = "") -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(text)
    if name:
        cell.metadata["nbgrader"] = {"grade_id": name}
    return cell


TALLY = "def tally(items):\n    return {}"


def test_an_answer_is_taken_by_its_id_before_another_cell_that_defines_the_same(released):
    notebook = nbformat.v4.new_notebook(cells=[code(TALLY, "tally"), code(f"{TALLY} # later")])
    rebuilt, notes = restored(released, notebook)
    assert next(cells(rebuilt, "answer")).source == TALLY
    assert [cell.source for cell in rebuilt.cells if not grade_id(cell)] == [f"{TALLY} # later"]
    assert len(notes) == 1  # missing cells


def test_a_cell_that_holds_an_id_but_not_its_answer_gives_way_to_one_that_does(released):
    notebook = nbformat.v4.new_notebook(cells=[code("print(1)", "tally"), code(TALLY)])
    rebuilt, _ = restored(released, notebook)
    assert next(cells(rebuilt, "answer")).source == TALLY


def test_a_helper_above_a_copied_answer_runs_before_it(released):
    first, helper = code(f"{TALLY} # old", "tally"), code("limit = 3")
    notebook = nbformat.v4.new_notebook(cells=[first, helper, code(TALLY, "tally")])
    rebuilt, notes = restored(released, notebook)
    texts = [cell.source for cell in rebuilt.cells]
    assert texts.index(f"{TALLY} # old") < texts.index("limit = 3") < texts.index(TALLY)
    assert "cells stood more than once, the last one counted: tally" in notes


def test_a_check_without_its_metadata_is_known_by_its_text(course, released):
    bare = untouched(course.source(NAME))
    for cell in bare.cells:
        cell.metadata = {}
    rebuilt, _ = restored(released, bare)
    graded = [cell for cell in rebuilt.cells if grade_id(cell)]
    assert len(graded) == len({cell.source for cell in graded})
    assert len(rebuilt.cells) == len(released.cells)


def test_written_answers_without_metadata_are_known_by_what_they_follow(course):
    released = untouched(course.source(NAME))
    second = copy.deepcopy(released.cells[-1])
    second.metadata.nbgrader.grade_id = "essay2"
    released.cells += [nbformat.v4.new_markdown_cell("And why?"), second]
    notebook = copy.deepcopy(released)
    for cell, text in zip((notebook.cells[-3], notebook.cells[-1]), ("one", "two"), strict=True):
        cell.source, cell.metadata = text, {}
    rebuilt, _ = restored(released, notebook)
    assert [cell.source for cell in cells(rebuilt, "written")] == ["one", "two"]


def test_files_of_nobody_are_named_on_one_plain_line(course, tmp_path):
    folder = tmp_path / "in"
    (folder / "someone").mkdir(parents=True)
    (folder / "someone" / "a\nb\x1b[31m.ipynb").write_text("")
    with open(os.fsencode(folder) + b"/gr\xf6\xdfe.ipynb", "w"):
        pass
    taken = collect(course, NAME, folder)
    assert taken.submissions == []
    assert len(taken.strangers) == 2
    assert all(name.isprintable() and name.isascii() for name in taken.strangers)


# What is to be graded


@pytest.fixture
def handed_in(zipped, course) -> Course:
    """Ann and Bob have handed in right work."""
    good = json.dumps(submission(course.source(NAME))).encode()
    zipped({"ann_x.ipynb": good, "bob_x.ipynb": good})
    return course


def jobs(course: Course, again: bool = False) -> list[tuple[str, int]]:
    with Journal(course, NAME) as book:
        return [(job.student, job.number) for job in pending(course, book, again)]


def grade(course: Course, *students: str) -> None:
    """Write down attempts at what is there."""
    with Journal(course, NAME) as book:
        for job in pending(course, book, again=True):
            if job.student in students:
                done = {"submission": job.submission, "source": "s"}
                book.append(Attempt(NAME, job.student, job.number, **done))


def test_what_is_new_or_changed_is_pending_and_nothing_else(handed_in, zipped):
    assert jobs(handed_in) == [("ann", 1), ("bob", 1)]
    grade(handed_in, "ann")
    assert jobs(handed_in) == [("bob", 1)]
    other = json.dumps(untouched(handed_in.source(NAME))).encode()
    zipped({"ann_x.ipynb": other})
    assert jobs(handed_in) == [("ann", 2), ("bob", 1)]
    grade(handed_in, "ann", "bob")
    assert jobs(handed_in) == []
    assert jobs(handed_in, again=True) == [("ann", 3), ("bob", 2)]


def test_a_submission_edited_by_the_instructor_is_graded_again(handed_in):
    grade(handed_in, "ann", "bob")
    path = handed_in.private("submitted", "ann", NAME, f"{NAME}.ipynb")
    text = path.read_text().replace("A made answer", "An answer")
    path.write_text(text)
    assert jobs(handed_in) == [("ann", 2)]
    state = latest(handed_in, NAME)["ann"]
    assert state.notes[-1] == EDITED
    assert state.collected.written != latest(handed_in, NAME)["bob"].collected.written
    assert jobs(handed_in) == [("ann", 2)]
    path.unlink()
    with pytest.raises(GradingError, match="run the step `collect` again"):
        jobs(handed_in)


def test_what_a_broken_file_replaces_is_not_graded(handed_in, zipped):
    zipped({"ann_x.ipynb": b""})
    assert jobs(handed_in) == [("bob", 1)]
    assert not handed_in.private("submitted", "ann").joinpath(NAME).exists()
    assert latest(handed_in, NAME)["ann"].reason.startswith("the file is empty")


def test_untouched_and_written_answers_are_noted(handed_in, zipped):
    zipped({"ann_x.ipynb": json.dumps(untouched(handed_in.source(NAME))).encode()})
    states = latest(handed_in, NAME)
    assert sorted(states["ann"].collected.untouched) == ["essay", "shares", "tally"]
    assert states["bob"].collected.untouched == []
    assert list(states["bob"].collected.written) == ["essay"]


def test_files_of_a_large_class_find_their_owners_quickly():
    students = [Member(f"s{n}", f"Name {n}", "", str(50_000 + n)) for n in range(2000)]
    people = People(students)
    start = time.process_time()
    for student in students:
        shapes = [f"{student.id}_x.ipynb", f"n_{student.lms_id}_9_x.ipynb", f"{student.name}_7_y_"]
        assert [people.owner(shape).student for shape in shapes] == [student] * 3
    assert time.process_time() - start < 2
