"""The chapters' notebooks in JupyterLab, in a real browser: what a reader of `make lab` sees."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from test_notebooks import CHAPTERS

from tools.book.notebooks import name

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
UNRENDERED = re.compile(r"\{[\w:]+\}`|:pyobject:|```|\$\$|\\begin\{|</?details|:label:")
MARKDOWN = "() => [...document.querySelectorAll('.jp-RenderedMarkdown')].map(e => e.innerText)"
WIDGET = ".jp-OutputArea-output :is(button, input)"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(built_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab on the built notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(built_book / "notebooks", folder / "notebooks")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--ip=127.0.0.1", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_DATA_DIR": str(folder)}
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield _address(folder / "log")
    finally:
        server.terminate()
        server.wait(30)


def _address(log: Path) -> str:
    """The address that the server has written down, once it answers."""
    for _ in range(120):
        found = ADDRESS.search(log.read_text())
        if found:
            try:
                urllib.request.urlopen(f"{found[0]}api", timeout=5)
                return found[0]
            except OSError:
                pass
        time.sleep(1)
    raise TimeoutError(log.read_text())


def open_chapter(browser: Browser, lab: str, chapter: str) -> Page:
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(120_000)
    # A workspace of its own: another one opens the chapters again that it had open.
    page.goto(f"{lab}lab/workspaces/{chapter}/tree/notebooks/{name(chapter)}")
    page.wait_for_selector(".jp-Notebook .jp-RenderedMarkdown")
    page.locator("#jp-main-statusbar").get_by_text("Idle").wait_for()
    return page


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_is_rendered_and_its_first_figure_lives(lab, browser, chapter):
    page = open_chapter(browser, lab, chapter)
    cell = page.locator(".jp-CodeCell", has_text=re.compile(r"figures\.\w+\(")).first
    notebook = page.locator(".jp-WindowedPanel-outer").first
    for top in range(0, notebook.evaluate("e => e.scrollHeight"), 800):
        if cell.is_visible():  # JupyterLab hides the cells that are far away
            break
        notebook.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(300)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell.locator(WIDGET).first.wait_for(state="visible", timeout=300_000)
    texts, formulas, wrong = set(), 0, 0
    for top in range(0, notebook.evaluate("e => e.scrollHeight"), 800):
        notebook.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(1200)
        texts |= set(page.evaluate(MARKDOWN))
        formulas += page.locator("mjx-container").count()
        wrong += page.locator("mjx-merror").count()
    assert UNRENDERED.findall("\n".join(texts)) == []
    assert formulas > 10
    assert wrong == 0
    page.close()
