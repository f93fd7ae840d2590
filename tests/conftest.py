"""Fixtures of the page tests: the built book, a loopback server, a browser that reaches only it.

`visit("book/intro.html", width=390, scheme="dark")` opens a page and keeps a log of what it did.
Where no browser is installed these tests skip; with CI=true that is a failure.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from browsing import Visit, serve
from figure_pages import drawn
from playwright.sync_api import Page
from repository import ROOT, make
from topics import remember

from grader.authoring.assignment import path_of
from tools.book.editions import is_current, pages_folder

# Test processes share the cores, so one thread each; read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process run the tests of a file; those of assignments are grouped by topic."""
    for item in items:
        if not any(item.iter_markers("xdist_group")):
            item.add_marker(pytest.mark.xdist_group(item.path.name))


outcomes: dict[str, set[str]] = {}  # of the tests of assignments in this run, by topic


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a test of an assignment ended."""
    found = re.search(r"test_assignments\.py::.*[\[-](\d\d_[a-z0-9_]+)[-\]]", report.nodeid)
    if found and (report.when == "call" or report.outcome != "passed"):
        outcomes.setdefault(found[1], set()).add(report.outcome)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down the topics with which all tests of their assignment have passed."""
    config, asked = session.config, session.config.option
    partly = [asked.keyword, asked.maxfail, asked.deselect, session.exitstatus > 1]
    partly += [getattr(asked, "lf", False)]  # not asked where the plugin is off
    partly += [asked.markexpr not in ("", "not slow"), any("::" in word for word in config.args)]
    if not hasattr(config, "workerinput") and not any(partly):
        remember(path_of(name, ROOT) for name, found in outcomes.items() if found == {"passed"})


def built(edition: str) -> Path:
    """Folder of an edition, built unless it is up to date; test processes share one build."""
    (ROOT / "_build").mkdir(exist_ok=True)
    with open(ROOT / "_build" / "book.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(ROOT, edition):
            done = make("book", f"EDITION={edition}")
            if done.returncode:
                pytest.fail(
                    f"make book failed:\n{done.stdout[-500:]}\n{done.stderr}", pytrace=False
                )
    return pages_folder(ROOT, edition)


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Folder of the built book, the open edition."""
    return built("open")


@pytest.fixture(scope="session")
def student_book() -> Path:
    """Folder of the student edition."""
    return built("student")


@pytest.fixture(scope="session")
def site(built_book: Path) -> Iterator[str]:
    """Address of the served book."""
    with serve(built_book) as address:
        yield address


@pytest.fixture(scope="module")
def visit(site: str, visit_at: Callable[..., Visit]) -> Callable[..., Visit]:
    """`visit(path, width=1280, scheme="light")` opens a page of the book, formulas drawn."""
    return partial(visit_at, site)


@pytest.fixture(scope="module")
def open_page(address: str, visit_at: Callable[..., Visit]) -> Callable[..., Visit]:
    """`open_page("light", width=1280)` opens a page of figures and waits until they are drawn.

    The test's file has the fixture `address`; see `figure_pages`.
    """

    def open_and_wait(name: str, width: int = 1280) -> Visit:
        visit = visit_at(address, f"{name}.html", width=width)
        visit.page.emulate_media(reduced_motion="reduce")
        return drawn(visit)

    return open_and_wait


@pytest.fixture(scope="module")
def light(open_page: Callable[..., Visit]) -> Visit:
    """The page of figures in the light, 1280 pixels wide."""
    return open_page("light")


@pytest.fixture
def page(light: Visit) -> Page:
    """The same page, in front: one behind another draws nothing."""
    light.page.bring_to_front()
    return light.page
