"""nbgrader's formgrader on a class that this engine graded, in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_attempts import ROOT
from made_class import Case, make_class
from playwright.sync_api import Locator, Page

from grader.course import Course

NAME = "01_tally"
STARTS_S = 120.0


class Class:
    """A made class, graded by the documented commands in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.course = folder, folder / "course"
        shutil.copytree(ROOT / "grader" / "tests" / "data" / "demo_course", self.course)
        source = self.course / "solutions" / NAME / f"{NAME}.md"
        self.cases = make_class(source, folder, "few")
        self.grading(
            "grade", NAME, "--roster", "class.csv", "--from", "downloads", "--workers", "1"
        )

    def environment(self) -> dict[str, str]:
        """Variables under which programs see this course and nobody's settings of Jupyter."""
        private = {
            f"JUPYTER_{kind}_DIR": str(self.folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")
        }
        course = {"MINILLM_COURSE": str(self.course), "PYTHONPATH": str(ROOT)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, **private, **course, "PATH": path}

    def grading(self, *words: str) -> str:
        """Run `python -m grader` and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "grader", *words],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def case(self, what: str) -> Case:
        """The student who hands in `what`."""
        return next(case for case in self.cases if case.what == what)

    def marks(self, case: Case) -> str:
        """The student's line of the exported marks."""
        self.grading("export", NAME, "--format", "csv")
        lines = (self.course / "gradebook" / "marks" / f"{NAME}-csv.csv").read_text().split("\n")
        return next(line for line in lines if line.startswith(f"{case.id},"))


@contextmanager
def formgrader(made: Class) -> Iterator[str]:
    """Run the Jupyter server that carries formgrader; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {
        "ip": "127.0.0.1",
        "port": port,
        "open_browser": False,
        "root_dir": made.folder,
        "allow_root": True,
        "jpserver_extensions": {"nbgrader.server_extensions.formgrader": True, "jupyterlab": False},
    }
    command = [sys.executable, "-m", "jupyter", "server", "--IdentityProvider.token="]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    with open(made.folder / "server.log", "w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=made.environment(), stdout=log, stderr=log
        )
    try:
        yield wait_for(f"http://127.0.0.1:{port}/", process)
    finally:
        process.terminate()
        process.wait(10)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> str:
    """The address, once something answers there."""
    end = time.monotonic() + STARTS_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}api", timeout=2).close()
            return address
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"the Jupyter server does not answer at {address}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Six students, graded."""
    return Class(tmp_path_factory.mktemp("formgrader"))


@pytest.fixture(scope="module")
def address(made: Class) -> Iterator[str]:
    """Where formgrader is served."""
    with formgrader(made) as address:
        yield address


def row(page: Page, case: Case) -> str:
    """What the list of submissions says about a student."""
    return page.locator("tr", has=page.get_by_text(case.id, exact=True)).inner_text()


def essay(visit_at, address: str, case: Case) -> Locator:
    """The field for the points of the written answer, in the opened submission."""
    page = visit_at(address, f"formgrader/gradebook/{NAME}/{NAME}").page
    page.get_by_text("Show All Names").click()
    links = page.locator("a", has_text=case.name)
    page.goto(address + (links.first.get_attribute("href") or "").lstrip("/"))
    page.wait_for_load_state("networkidle")
    return page.locator("input#essay")


def test_formgrader_lists_the_class(visit_at, address, made):
    page = visit_at(address, f"formgrader/manage_submissions/{NAME}").page
    assert "60 / 100" in row(page, made.case("the solution"))
    assert "needs manual grading" in row(page, made.case("the solution"))
    assert "0 / 100" in row(page, made.case("the untouched release"))


def test_formgrader_shows_a_submission_with_its_checks(visit_at, address, made):
    page = essay(visit_at, address, made.case("imports the answer")).page
    shown = page.inner_text("body")
    assert "Student's answer" in shown
    assert "secret_counts" in shown  # a grader reads the hidden checks, too
    placeholders = {
        name: page.locator(f"input#{name}").get_attribute("placeholder")
        for name in ("tally-counts", "tally-random", "shares-sum")
    }
    assert placeholders == {"tally-counts": "0", "tally-random": "0", "shares-sum": "20"}


def test_formgrader_mark_is_kept_over_a_regrade(visit_at, address, made):
    case = made.case("warns on stderr")
    field = essay(visit_at, address, case)
    with field.page.expect_response(lambda response: "/api/grade/" in response.url):
        field.fill("35")
        field.press("Tab")
    assert ",95," in made.marks(case)
    made.grading("regrade", NAME, "--yes", "--workers", "1")
    assert ",95," in made.marks(case)
    assert essay(visit_at, address, case).input_value() == "35"
    page = visit_at(address, f"formgrader/manage_submissions/{NAME}").page
    assert "95 / 100" in row(page, case)
    assert "needs manual grading" not in row(page, case)


def test_formgraders_autograde_is_off_and_touches_nothing(made, monkeypatch):
    """The button, which would run students' code without the sandbox."""
    monkeypatch.setenv("MINILLM_COURSE", str(made.course))
    case = made.case("the solution")
    graded = made.course / "gradebook" / "autograded" / case.id / NAME / f"{NAME}.ipynb"
    before = graded.read_bytes(), made.marks(case)
    result = Course.here().api().autograde(NAME, case.id, force=True, create=True)
    assert not result["success"]
    assert "without a sandbox" in str(result)
    assert (graded.read_bytes(), made.marks(case)) == before
