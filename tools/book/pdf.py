"""The book as one PDF: `make pdf` prints the built pages through Chromium.

    python -m tools.book.pdf               _build/html.pdf, from _build/html
    python -m tools.book.pdf student       _build/student/html.pdf, from _build/student/html

The pages stand one after the other in a single page, which the browser prints. What a reader
unfolds on the screen (answers, solutions, the key of a quiz) stands in an appendix, and its number
in its place. Interactive figures are as they open.
"""

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from string import ascii_lowercase

import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

from grader.authoring.assignment import course_folder
from tools.book.build import table_of_contents
from tools.book.editions import EDITIONS, is_current, pages_folder

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FOLDS = "details, .dropdown.admonition, div.quiz"
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


def parse(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@dataclass
class Book:
    """The pages put together: an article for each, and what was folded in them, by number."""

    articles: list[Tag] = field(default_factory=list)
    folded: list[tuple[str, Tag]] = field(default_factory=list)  # title, content

    def add(self, html: str, name: str, names: list[str]) -> None:
        """Add a page; `names` are those of all pages, `book/intro`."""
        article = parse(html).select_one("article.bd-article")
        if article is None:
            raise ValueError(f"{name}.html has no article")
        for needless in article.select(".headerlink, .front-buttons, script[type=module]"):
            needless.decompose()
        name_apart(article, name, names)
        folds = article.select(FOLDS)
        inner = {id(fold) for outer in folds for fold in outer.select(FOLDS)}
        for fold in [fold for fold in folds if id(fold) not in inner]:
            self.take(fold)
        self.articles.append(article)

    def take(self, fold: Tag) -> None:
        """Move what a fold holds to the appendix."""
        n = len(self.folded) + 1
        if "quiz" in fold.get("class", []):
            title, content = "The key to the quiz", quiz_key(fold)
            place = fold
        else:
            place = parse(f'<div class="print-fold" id="folded-{n}"></div>').div
            fold.replace_with(place)
            head = fold.find(["summary", "p"], recursive=False).extract()
            title = (head.p or head).get_text(" ", strip=True)  # a cell says Show, then Hide
            content = fold
            content.name, content.attrs = "div", {}
        place.append(
            parse(f'<p class="print-fold">{title}: <a href="#fold-{n}">appendix, {n}</a></p>')
        )
        self.folded.append((title, content))

    def appendix(self) -> Tag:
        """The article with all that was folded."""
        made = parse(
            '<article class="bd-article" id="appendix"><h1>Appendix</h1></article>'
        ).article
        for n, (title, content) in enumerate(self.folded, 1):
            head = f'<section id="fold-{n}"><h2></h2></section>'
            section = parse(head).section
            section.h2.string = f"{n}. {title}"
            section.append(content)
            made.append(section)
        return made

    def page(self, first: str) -> str:
        """All of it as one page; styles and formulas are set up as in the HTML of `first`."""
        whole = parse(first)
        for script in whole.select("script"):
            if "mathjax" not in str(script).lower():
                script.decompose()
        whole.body.clear()
        whole.body.attrs = {"class": "one-page"}
        whole.body.extend([*self.articles, self.appendix()])
        return str(whole)


def name_apart(article: Tag, name: str, names: list[str]) -> None:
    """Put its page's name before each id, and let the links between the pages follow."""
    stem = PurePosixPath(name).name
    stems = {PurePosixPath(other).name for other in names}
    for tag in article.select("[id]"):
        tag["id"] = f"{stem}--{tag['id']}"
    article["id"] = stem
    for link in article.select("a[href]"):
        page, _, anchor = link["href"].partition("#")
        target = page.removesuffix(".html") or stem
        if target in stems and (page or anchor):
            link["href"] = f"#{target}--{anchor}" if anchor else f"#{target}"


def quiz_key(quiz: Tag) -> Tag:
    """What is right in a quiz, and why; the quiz keeps questions and choices, with letters."""
    quiz["class"] = ["quiz-printed"]
    key = parse("<div></div>").div
    for n, question in enumerate(quiz.select(":scope > ol > li"), int(quiz.ol.get("start", 1))):
        choices = question.find("ul")
        choices.name, choices.attrs = "ol", {"type": "a"}
        for letter, choice in zip(
            ascii_lowercase, choices.find_all("li", recursive=False), strict=False
        ):
            box, why = choice.find("input"), choice.find(["ul", "details"])
            right = choice.has_attr("data-right") or bool(box and box.has_attr("checked"))
            line = parse(f"<p>{n}{letter}. {'<b>Right.</b> ' if right else ''}</p>").p
            for part in why.select("summary, .verdict") if why else []:
                part.decompose()
            words = (why.find(["li"]) or why) if why else None
            words = words.find("p", recursive=False) or words if words else None
            line.extend(list(words.children) if words else [])
            for part in filter(None, (box, why)):
                part.decompose()
            key.append(line)
    return key


def one_page(pages: Path, names: list[str]) -> str:
    """The HTML of some pages of a folder as one."""
    html = [(pages / f"{name}.html").read_text(encoding="utf-8") for name in names]
    book = Book()
    for name, text in zip(names, html, strict=True):
        book.add(text, name, names)
    return book.page(html[0])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served on this machine."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *words: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
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
