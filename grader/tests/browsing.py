"""A real browser in tests: it reaches only the served folder; what is wrong with an open page.

`visit_at(address, path, width=390, scheme="dark")` opens a page and keeps a log of what it did.
Where no browser is installed these tests skip; with CI=true that is a failure.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route, sync_playwright

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


PHONE = 390  # pixels

FORMULAS = """() => [
    ...[...document.querySelectorAll("mjx-merror")].map(e => e.title || e.textContent),
    ...[...document.querySelectorAll(".math")].filter(e => !e.querySelector("mjx-container"))
        .map(e => e.textContent),
]"""
WITHOUT_ALT = """() => [...document.querySelectorAll("img")]
    .filter(e => !(e.getAttribute("alt") || "").trim()).map(e => e.outerHTML.slice(0, 200))"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter(e => e.getBoundingClientRect().right > width + 1)
        .map(e => e.outerHTML.slice(0, 200)).slice(0, 5);
}"""
AXE = """async ([context, options]) => (await axe.run(context, options)).violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => [v.id, n.html.slice(0, 200)]))"""
COLOURS = "color-contrast"  # the rule that takes most of axe's time


@dataclass
class Visit:
    """An open page and what happened on it so far."""

    page: Page
    outside: list[str] = field(default_factory=list)  # addresses asked on other hosts; all refused
    errors: list[str] = field(default_factory=list)  # script errors and console errors
    missing: list[str] = field(default_factory=list)  # "404 address" for each failed answer


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


def resize(visit: Visit, width: int) -> None:
    """Make an open page as wide, and wait until it is drawn again."""
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.evaluate(SETTLED)


def structure_problems(visit: Visit) -> list[list[str]]:
    """What axe-core calls serious or critical beside colours, as [rule, element]."""
    return axe_problems(visit, rules={COLOURS: {"enabled": False}})


def colour_problems(visit: Visit, without: Sequence[str] = ()) -> list[list[str]]:
    """The texts that are too pale to read, but for some parts of the page (CSS selectors)."""
    return axe_problems(visit, without, runOnly=[COLOURS])


def axe_problems(visit: Visit, without: Sequence[str] = (), **options: object) -> list[list[str]]:
    """What axe-core finds with these options; some parts left out."""
    visit.page.evaluate(AXE_SCRIPT)
    context = {"include": ["html"], "exclude": list(without)}
    options |= {"preload": False, "resultTypes": ["violations"]}
    return visit.page.evaluate(AXE, [context, options])


Check = Callable[[Visit], list]
CHECKS: dict[str, Check] = {
    "no request leaves the site": lambda visit: visit.outside,
    "no script error": lambda visit: visit.errors,
    "no missing file": lambda visit: visit.missing,
    "every formula is drawn": lambda visit: visit.page.evaluate(FORMULAS),
    "every image has alt text": lambda visit: visit.page.evaluate(WITHOUT_ALT),
    "axe finds nothing serious": structure_problems,
    "all text stands out": colour_problems,
}


def problems(visit: Visit, checks: Mapping[str, Check] = CHECKS) -> dict[str, list]:
    """The checks that fail on an open page, each with what it found."""
    found = {name: check(visit) for name, check in checks.items()}
    return {name: places for name, places in found.items() if places}
