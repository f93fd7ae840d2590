"""The book as one PDF: `make pdf` prints the built pages through Chromium.

    python -m tools.book.pdf               _build/html.pdf, from _build/html
    python -m tools.book.pdf student       _build/student/html.pdf, from _build/student/html

Interactive figures are as they open; what is folded is in an appendix (`one_page`).
"""

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from playwright.sync_api import sync_playwright

from grader.authoring.assignment import course_folder
from tools.book.build import table_of_contents
from tools.book.editions import EDITIONS, is_current, pages_folder
from tools.book.one_page import one_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ONE_PAGE = "one-page.html"  # beside the pages while it is printed
# Draws figures and formulas; returns how many figures could not be drawn.
DRAW = """async () => {
    await import("../_static/page.js");
    await window.MathJax?.startup?.promise;
    const waiting = () => [...document.querySelectorAll(".figure-host:not([data-ready])")];
    for (const figure of waiting()) {
        figure.scrollIntoView({behavior: "instant"});
        for (let n = 0; !figure.dataset.ready && n < 100; n++)
            await new Promise(done => setTimeout(done, 200));
    }
    await Promise.all([...document.images].map(picture => picture.decode()));
    return waiting().length;
}"""
MARGINS = {"top": "18mm", "bottom": "18mm", "left": "20mm", "right": "20mm"}
WIDTH = 643  # of the text in pixels: figures draw themselves as wide as they find the page
FOOTER = """<div style="width: 100%; font: 8pt sans-serif; text-align: center">
<span class="pageNumber"></span></div>"""


class QuietServer(ThreadingHTTPServer):
    """Says nothing where the browser reloads a page before it has all of it."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless the connection is gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served on this machine."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *words: None})
    with QuietServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pdf(pages: Path, names: list[str], target: Path) -> None:
    """Print some pages of a folder, `book/intro` and so on, into one file."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise FileNotFoundError("no Chromium found (Debian: apt install chromium)")
    file = pages / PurePosixPath(names[0]).parent / ONE_PAGE
    file.write_text(one_page(pages, names), encoding="utf-8")
    try:
        with served(pages) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            page.goto(address + file.relative_to(pages).as_posix())
            page.reload()  # with the fonts at hand
            if missing := page.evaluate(DRAW):
                raise RuntimeError(f"{missing} figures could not be drawn")
            page.pdf(
                path=target,
                format="A4",
                margin=MARGINS,
                outline=True,
                tagged=True,
                display_header_footer=True,
                header_template="<i></i>",
                footer_template=FOOTER,
            )
    finally:
        file.unlink()


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("edition", nargs="?", default="open", choices=EDITIONS)
    edition, course = parser.parse_args().edition, course_folder()
    pages = pages_folder(course, edition)
    if not is_current(course, edition):
        sys.exit(f"error: build the {edition} edition first, with `make book`")
    toc = yaml.safe_load(table_of_contents(course, edition, pages.parent).read_text())
    names = [toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])]
    target = pages.with_suffix(".pdf")
    try:
        pdf(pages, names, target)
    except FileNotFoundError as error:
        sys.exit(f"error: {error}")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
