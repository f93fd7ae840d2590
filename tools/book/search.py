"""The search of the book: Pagefind's index of the built pages instead of Sphinx's own.

It is built from the HTML of each edition, so the student edition finds nothing that it does not
show. What a page folds away (answers, predictions, explanations of a quiz) is not in it; a formula
is an ellipsis. `book/assets/search.js` asks it, in the reader's browser.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from pagefind.index import IndexConfig, PagefindIndex
from sphinx.application import Sphinx

FOLDER = "pagefind"  # in the site
UNSEEN = (
    "script, style, .headerlink, .figure-host, .quiz li ul ul, details > :not(summary), "
    ".dropdown > :not(.admonition-title), .toggle > :not(.admonition-title)"
)
FORMULAS = "span.math, div.math"
NEEDED = ("pagefind.js", "pagefind-worker.js", "pagefind-highlight.js", "pagefind-entry.json")


def searchable(html: str) -> str:
    """The part of a page that is searched; "" where a page has no article.

    Pagefind leads to headings that have an id; Sphinx gives it to the section around them.
    """
    page = BeautifulSoup(html, "html.parser")
    article = page.select_one("article.bd-article")
    if not article or not article.h1:
        return ""
    for unseen in article.select(UNSEEN):
        unseen.decompose()
    for formula in article.select(FORMULAS):
        formula.replace_with("…")
    for section in article.select("section[id]"):
        heading = section.find(["h1", "h2", "h3", "h4", "h5", "h6"], recursive=False)
        if isinstance(heading, Tag):
            heading["id"] = section["id"]
            del section["id"]
    for other in article.select("[id]"):
        if other.name not in ("h1", "h2", "h3", "h4", "h5", "h6"):
            del other["id"]
    title = article.h1.get_text()
    return f'<html lang="en"><title>{title}</title><main data-pagefind-body>{article}</main></html>'


async def index(pages: Path, names: list[str]) -> None:
    """Write the index of some pages of a folder into it."""
    config = IndexConfig(output_path=str(pages / FOLDER), include_characters="_")
    async with PagefindIndex(config=config) as made:
        for name in names:
            content = searchable((pages / name).read_text(encoding="utf-8"))
            if content:
                await made.add_html_file(content=content, url=f"/{name}")
    for file in (pages / FOLDER).glob("pagefind*"):  # Pagefind's own pages and styles
        if file.suffix in (".js", ".css") and file.name not in NEEDED:
            file.unlink()


def write(app: Sphinx, exception: Exception | None) -> None:
    """Index all pages of the table of contents, after an HTML build that ended well."""
    if exception is None and app.builder.format == "html":
        names = [app.builder.get_target_uri(page) for page in sorted(app.env.found_docs)]
        asyncio.run(index(Path(app.outdir), names))


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that the search form leads to."""
    yield "search", {}, "search.html"


def without_sphinx_search(app: Sphinx) -> None:
    """Keep Sphinx from writing an index of its own."""
    app.builder.search = False  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """Register what this module adds to Sphinx."""
    app.connect("builder-inited", without_sphinx_search)
    app.connect("html-collect-pages", pages)
    app.connect("build-finished", write)
