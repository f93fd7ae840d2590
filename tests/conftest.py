"""Fixtures of the page tests: the built book, a loopback server, a browser that reaches only it.

`visit("book/intro.html", width=390, scheme="dark")` opens a page and keeps a log of what it did.
Where no browser is installed these tests skip; with CI=true that is a failure.
"""

import fcntl
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

# Test processes share the cores, so one thread each; read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
SOURCES = ("_config.yml", "_toc.yml", "Makefile", "book", "minillm", "data")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Scrolls to the end, where figures are drawn as the reader reaches them, and back; draws formulas.
SETTLED = """async () => {
    await document.fonts.ready;
    if (window.MathJax) await window.MathJax.startup.promise;
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo({top: y, behavior: "instant"});
        await new Promise(requestAnimationFrame);
    }
    scrollTo({top: 0, behavior: "instant"});
}"""


@dataclass
class Visit:
    """An open page and what happened on it so far."""

    page: Page
    outside: list[str] = field(default_factory=list)  # addresses asked on other hosts; all refused
    errors: list[str] = field(default_factory=list)  # script errors and console errors
    missing: list[str] = field(default_factory=list)  # "404 address" for each failed answer


def sources() -> Iterator[Path]:
    """Every file that the book is built from."""
    for name in SOURCES:
        path = ROOT / name
        files = [path] if path.is_file() else path.rglob("*")
        yield from (f for f in files if f.is_file() and "__pycache__" not in f.parts)


def is_current() -> bool:
    """Whether the last build ended well and no source is younger than it."""
    complete = HTML / ".complete"
    return (
        complete.exists() and max(f.stat().st_mtime for f in sources()) <= complete.stat().st_mtime
    )


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb of the Makefile as a user would, whatever started the tests."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=900)


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Folder of the built book, built unless it is up to date; test processes share one build."""
    HTML.parent.mkdir(exist_ok=True)
    with open(HTML.parent / "book.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current():
            done = make("book")
            if done.returncode:
                pytest.fail(
                    f"make book failed:\n{done.stdout[-500:]}\n{done.stderr}", pytrace=False
                )
    return HTML


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and keeps silent about it."""

    def log_message(self, *args: object) -> None:
        """Write nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free loopback port; yields its address, which ends in a slash."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(built_book: Path) -> Iterator[str]:
    """Address of the served book."""
    with serve(built_book) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, from the system's packages."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        message = "no Chromium found (Debian: apt install chromium)"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def watch(page: Page, address: str) -> Visit:
    """A blank page that logs its doings and from now on reaches only `address`."""
    visit = Visit(page)

    def guard(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            return route.continue_()
        visit.outside.append(route.request.url)
        return route.abort()

    page.route("**/*", guard)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on(
        "console", lambda line: visit.errors.append(line.text) if line.type == "error" else None
    )
    visit.page.on(
        "response",
        lambda r: visit.missing.append(f"{r.status} {r.url}") if r.status >= 400 else None,
    )
    return visit


@pytest.fixture(scope="module")
def visit_at(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`visit_at(address, path, width=1280, scheme="light")` opens a page of any served folder.

    The pages of a module share what a browser keeps of a site: most then load in half the time.
    """
    context = browser.new_context()

    def open_page(address: str, path: str, width: int = 1280, scheme: str = "light") -> Visit:
        visit = watch(context.new_page(), address)
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.goto(address + path, wait_until="load")
        visit.page.evaluate(SETTLED)
        visit.page.wait_for_load_state("networkidle")
        return visit

    yield open_page
    context.close()


@pytest.fixture(scope="module")
def visit(site: str, visit_at: Callable[..., Visit]) -> Callable[..., Visit]:
    """`visit(path, width=1280, scheme="light")` opens a page of the book, formulas drawn."""
    return partial(visit_at, site)
