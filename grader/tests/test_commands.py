"""The command line: help, exit statuses, JSON, progress, what a run that is stopped leaves."""

import functools
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader import autograde, screen, steps
from grader.__main__ import main
from grader.authoring.variants import submission, untouched
from grader.course import Course
from grader.database import GradebookAway
from grader.engine.sandbox import SandboxError
from grader.gradebook import GradebookWriter
from grader.journal import Journal
from grader.options import HELP
from grader.scheduler import Setting

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "grader" / "tests" / "data" / "demo_course"
NAME = "01_tally"
CANNED = functools.partial(Setting, worker="benchmarks.canned_worker:CannedWorker")


def enter(root: Path, patch: pytest.MonkeyPatch) -> Course:
    """The course below `root`, in the folder where its class list lies."""
    patch.setenv("MINILLM_COURSE", str(root / "course"))
    patch.delenv("MINILLM_GRADEBOOK_URL", raising=False)
    patch.chdir(root)
    patch.setattr(autograde, "Setting", CANNED)
    return Course.here()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> tuple[Path, Path]:
    """Two folders with the demo course, a class of four and downloads; the second: collected."""
    new, collected = tmp_path_factory.mktemp("new"), tmp_path_factory.mktemp("collected")
    shutil.copytree(DEMO, new / "course")
    rows = "".join(f"{s},{s.title()},{s}@example.org\n" for s in ("ada", "bob", "broken", "dan"))
    (new / "class.csv").write_text(f"id,name,email\n{rows}")
    (new / "downloads").mkdir()
    source = new / "course" / "solutions" / NAME / f"{NAME}.md"
    for student, work in [("ada", submission(source)), ("bob", untouched(source))]:
        nbformat.write(work, new / "downloads" / f"{student}_{NAME}.ipynb")
    shutil.copy(new / "downloads" / f"bob_{NAME}.ipynb", new / "downloads" / "broken.ipynb")
    shutil.copytree(new, collected, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        enter(collected, patch)
        assert main(["roster", NAME, "--roster", "class.csv"]) == 0
        assert main(["release", NAME]) == 0
        assert main(["collect", NAME, "--from", "downloads"]) == 0
    return new, collected


@pytest.fixture
def course(prepared, tmp_path, monkeypatch) -> Course:
    """A course in which nothing has happened yet."""
    shutil.copytree(prepared[0], tmp_path, dirs_exist_ok=True)
    return enter(tmp_path, monkeypatch)


@pytest.fixture
def collected(prepared, tmp_path, monkeypatch) -> Course:
    """A course after everything that stands before grading."""
    shutil.copytree(prepared[1], tmp_path, dirs_exist_ok=True)
    return enter(tmp_path, monkeypatch)


def as_json(capsys) -> dict:
    """The one JSON object on standard output."""
    return json.loads(capsys.readouterr().out)


def scores(course: Course) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.private('gradebook.db')}") as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {each.student.id: each.score for each in found}


# Help


def test_help_lists_every_verb_and_exit_status(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    verbs = re.findall(r"^    ([a-z]+)\b", text, re.M)
    assert verbs == list(HELP) == ["grade", *steps.VERBS]
    assert re.findall(r"^  (\d+) ", text, re.M) == ["0", "1", "2", "3", "4", "130"]


@pytest.mark.parametrize("verb", HELP)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: python -m grader {verb} ")
    assert "exit status:" in text
    assert "--json" in text
    assert max(map(len, text.split("\n"))) <= 100
    assert ("--workers" in text) == (verb in ("grade", "autograde", "regrade", "flaky"))


@pytest.mark.parametrize(
    "words", [["grade"], ["nonsense", NAME], ["roster", NAME], ["collect", NAME]]
)
def test_wrong_command_line_has_a_status_of_its_own(words):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2


# Exit statuses


def test_broken_submission_is_a_result(collected, capsys):
    assert main(["autograde", NAME]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^autograde  \d of 3  broken: it was made so$", out, re.M)
    assert "2 graded, 1 broken" in out
    assert set(scores(collected)) == {"ada", "bob"}


def test_steps_that_lack_something_say_what(course, capsys):
    assert main(["collect", NAME, "--from", "downloads"]) == 1
    assert "run the step `release` first" in capsys.readouterr().err
    for verb in ("release", "report", "regrade"):
        assert main([verb, "09_none"]) == 1
        assert "no assignment '09_none'" in capsys.readouterr().err
    assert main(["regrade", NAME, "--dry-run"]) == 1
    assert "no submission of anybody" in capsys.readouterr().err
    assert main(["autograde", NAME, "--workers", "0"]) == 1
    assert "at least one" in capsys.readouterr().err


def test_missing_sandbox_has_a_status_of_its_own(collected, capsys, monkeypatch):
    def refuse(self: object) -> None:
        raise SandboxError("no Landlock: use --unsafe-no-sandbox")

    monkeypatch.setattr(Setting, "start", refuse)
    assert main(["autograde", NAME, "--json"]) == 3
    result = as_json(capsys)
    assert (result["status"], "no Landlock" in result["error"]) == (3, True)
    assert scores(collected) == {}


def test_gradebook_that_goes_away_loses_nothing(collected, capsys, monkeypatch):
    def away(self: GradebookWriter) -> None:
        if self._waiting:
            raise GradebookAway("the gradebook does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "flush", away)
        assert main(["autograde", NAME]) == 4
    assert "does not answer" in capsys.readouterr().err
    assert {s.is_graded for s in Journal(collected, NAME).states().values()} == {True}
    assert scores(collected) == {}
    assert main(["autograde", NAME]) == 0
    out = capsys.readouterr().out
    assert "grades of an earlier run" in out
    assert "nothing new" in out
    assert set(scores(collected)) == {"ada", "bob"}


def test_database_that_goes_away_in_the_middle_does_not_stop_grading(
    collected, monkeypatch, capsys
):
    calls = []

    def add(self: GradebookWriter, attempt: object) -> None:
        calls.append(attempt)
        raise GradebookAway("the gradebook does not answer")

    monkeypatch.setattr(GradebookWriter, "add", add)
    assert main(["autograde", NAME]) == 4
    assert len(calls) == 1
    assert {s.is_graded for s in Journal(collected, NAME).states().values()} == {True}


def test_interrupt_keeps_what_was_graded(collected, monkeypatch, capsys):
    add = GradebookWriter.add

    def stop(self: GradebookWriter, attempt: object) -> None:
        add(self, attempt)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "add", stop)
        assert main(["autograde", NAME]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert main(["autograde", NAME, "--json"]) == 0
    result = as_json(capsys)["autograde"]
    assert result["graded"] + len(result["broken"]) == 2
    assert set(scores(collected)) == {"ada", "bob"}


# What is printed


def test_second_run_says_that_nothing_is_new(collected, capsys):
    assert main(["autograde", NAME]) == 0
    before = scores(collected)
    capsys.readouterr()
    assert main(["autograde", NAME]) == 0
    assert capsys.readouterr().out == "autograde  nothing new\n"
    assert scores(collected) == before


def test_json_is_all_that_is_on_standard_output(course, capsys):
    words = ["grade", NAME, "--roster", "class.csv", "--from", "downloads", "--json"]
    assert main(words) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert result["status"] == 0
    assert list(result) == ["status", "error", *steps.STEPS]
    assert result["roster"] == {"students": 4, "left": [], "renamed": {}}
    assert result["collect"] == {"submissions": 3, "strangers": [], "unmatched_times": []}
    assert result["autograde"]["graded"] == 2
    assert result["autograde"]["broken"] == {"broken": "it was made so"}
    assert all(Path(file).exists() for file in result["export"]["files"])
    assert "2 graded, 1 broken" in printed.err


class Terminal:
    """A text file that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_terminal_shows_a_bar_and_only_what_is_broken(collected, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["autograde", NAME, "--workers", "1"]) == 0
    assert re.search(r"autograde +0% \|.*\| 0 of 3, \S+ left", terminal.text)
    assert "broken: it was made so" in terminal.text
    assert "ada" not in terminal.text


def test_missing_sandbox_that_is_asked_for_is_said_aloud(collected, capsys, monkeypatch):
    from benchmarks.canned_worker import CannedWorker

    monkeypatch.setattr(CannedWorker, "layers", ())
    assert main(["autograde", NAME, "--unsafe-no-sandbox"]) == 0
    assert "WITHOUT A SANDBOX" in capsys.readouterr().out


# Regrading


def attempts(course: Course, student: str) -> list[int]:
    return [attempt.number for attempt in Journal(course, NAME).attempts(student)]


@pytest.fixture
def graded(collected, capsys) -> Course:
    """The course after a first grading."""
    assert main(["autograde", NAME]) == 0
    capsys.readouterr()
    return collected


def test_regrade_shows_changes_and_publishes_nothing_unasked(graded, capsys):
    before, folder = scores(graded), graded.private("autograded", "ada", NAME)
    notebook = (folder / f"{NAME}.ipynb").read_bytes()
    for words in (["--dry-run"], []):  # a test has no terminal at which to say yes
        assert main(["regrade", NAME, *words]) == 0
        out = capsys.readouterr().out
        assert "nothing was published" in out
        assert "grades change" in out
    assert scores(graded) == before
    assert attempts(graded, "ada") == [1]
    assert (folder / f"{NAME}.ipynb").read_bytes() == notebook


def test_regrade_publishes_when_told_to_and_keeps_what_was(graded, capsys):
    before = scores(graded)
    with Gradebook(f"sqlite:///{graded.private('gradebook.db')}") as gradebook:
        grade = gradebook.find_grade("essay", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.db.commit()
    assert main(["regrade", NAME, "--yes", "--json"]) == 0
    result = as_json(capsys)["regrade"]
    totals = {c["student"]: c["after"] for c in result["changes"] if not c["check"]}
    assert result["published"]
    assert totals
    after = scores(graded)
    assert after == {s: totals.get(s, before[s]) + 3 * (s == "ada") for s in before}
    assert attempts(graded, "ada") == [1, 2]
    assert main(["autograde", NAME]) == 0
    assert "nothing new" in capsys.readouterr().out


def test_regrade_of_one_student_leaves_the_others(graded, capsys):
    assert main(["regrade", NAME, "bob", "--yes"]) == 0
    assert (attempts(graded, "ada"), attempts(graded, "bob")) == ([1], [1, 2])
    assert main(["regrade", NAME, "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_regrade_asks_at_a_terminal(graded, monkeypatch, capsys):
    answers = iter([False, True])
    monkeypatch.setattr(screen.Screen, "ask", lambda self, question: next(answers))
    assert main(["regrade", NAME]) == 0
    assert attempts(graded, "ada") == [1]
    assert main(["regrade", NAME]) == 0
    assert attempts(graded, "ada") == [1, 2]
