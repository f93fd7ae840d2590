"""The sources of the book: pages, cells, citations, and numbers in the prose."""

import ast
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from repository import ROOT
from test_pages import toc_files

PAGES = sorted((ROOT / "book").glob("*.md"))
CHAPTERS = [page for page in PAGES if page.stem[:2].isdigit()]
MAX_LINES, MAX_CELL_LINES, MAX_COLUMNS = 600, 25, 79
WORDS = range(2500, 6001)  # the guide is 3,000 to 5,000
CELLS = range(15, 41)  # the guide is 20 to 35

FENCE = re.compile(
    r"^(?P<mark>`{3,}|:{3,})(?P<head>[^\n]*)\n(?P<body>.*?)^(?P=mark) *$", re.M | re.S
)
OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[\w-]+:[^\n]*\n)+)", re.M | re.S)
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$[^$]+\$|\{[\w:]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|^%.*?$", re.M | re.S
)
VERSION = re.compile(r"\b(?:Python|Jupyter Book|version) \d[\d.]*")
NUMBER = re.compile(r"(?<![\w.,-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-])")
MODULES_OF_THE_NETWORK = {
    "ftplib",
    "gdown",
    "http",
    "httpx",
    "requests",
    "socket",
    "urllib",
    "wget",
}
SHELL = re.compile(r"^\s*[!%]", re.M)


def read(page) -> str:
    """The text of a page without its front matter."""
    return re.sub(r"\A---\n.*?^---\n", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def cells(text: str) -> Iterator[str]:
    """The code of each cell, options left out."""
    for fence in FENCE.finditer(text):
        if fence["head"].startswith("{code-cell}"):
            yield OPTIONS.sub("", fence["body"])
        elif fence["head"].startswith("{"):
            yield from cells(fence["body"])


def prose(text: str) -> str:
    """The text without code, formulas, roles and addresses; boxes keep theirs."""

    def keep(fence: re.Match[str]) -> str:
        literal = not fence["head"].startswith("{") or re.match(
            r"\{(code|library|math|raw|bibliography|figure|image)", fence["head"]
        )
        return "" if literal else prose(OPTIONS.sub("", fence["body"]))

    return NOT_PROSE.sub(" ", FENCE.sub(keep, text))


def downloads(code: str) -> list[str]:
    """What in a cell's code reaches out: modules of the network, shell commands, addresses."""
    if SHELL.search(code):
        return SHELL.findall(code)
    found = re.findall(r"https?://\S+", code)
    for node in ast.walk(ast.parse(code)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.split(".")[0] in MODULES_OF_THE_NETWORK]
    return found


def unsourced_numbers(text: str, shown: str) -> list[str]:
    """Measured-looking numbers of the prose that no cell shows, in paragraphs that cite nothing."""
    found = []
    for paragraph in re.split(r"\n\s*\n", FENCE.sub("", text)):
        if not CITATION.search(paragraph):
            found += NUMBER.findall(VERSION.sub(" ", NOT_PROSE.sub(" ", paragraph)))
    return [number for number in found if re.search(r"[.,]", number) and number not in shown]


MEASURING = [page for page in PAGES if any(cells(read(page)))]


def test_every_page_is_in_the_toc():
    assert [f"book/{page.stem}" for page in PAGES] == sorted(toc_files())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_cells_are_small_and_download_nothing(page):
    for code in cells(read(page)):
        assert len(code.splitlines()) <= MAX_CELL_LINES, code
        assert max(map(len, code.splitlines()), default=0) <= MAX_COLUMNS, code
        assert downloads(code) == [], code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_cited_works_are_listed(page):
    listed = re.findall(r"^@\w+\{([^,]+),", (ROOT / "book/references.bib").read_text(), re.M)
    cited = [key.strip() for keys in CITATION.findall(read(page)) for key in keys.split(",")]
    assert set(cited) <= set(listed)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_chapter_has_a_length_to_read_in_one_evening(chapter):
    text = read(chapter)
    in_cells = sum(bool(line.strip()) for code in cells(text) for line in code.splitlines())
    assert sum(bool(line.strip()) for line in text.splitlines()) - in_cells <= MAX_LINES
    assert len(prose(text).split()) in WORDS
    assert len(list(cells(text))) in CELLS


@pytest.mark.parametrize("page", MEASURING, ids=lambda page: page.stem)
def test_numbers_in_the_prose_come_from_a_cell_or_a_source(built_book, page):
    html = BeautifulSoup((built_book / "book" / f"{page.stem}.html").read_text(), "html.parser")
    shown = " ".join(tag.get_text(" ") for tag in html.select(".cell, div.math"))
    assert unsourced_numbers(read(page), shown) == []


def test_checks_see_planted_faults():
    cell = "```{code-cell} ipython3\n:tags: [hide-input]\n\nimport urllib.request\n```\n"
    box = f"::::{{note}}\n{cell}::::\n"
    assert list(cells(box)) == ["\nimport urllib.request\n"]
    assert downloads("import urllib.request") == ["urllib.request"]
    assert downloads("!wget x")
    assert downloads("open('https://example.org')")
    assert downloads("import numpy as np\nprint(1)") == []
    assert prose(f"One `two` $three$ {{cite}}`four`.\n\n{box}").split() == ["One", "."]
    assert unsourced_numbers("It takes 1.91 bits, or 2.50.", shown="2.50") == ["1.91"]
    assert unsourced_numbers("It takes 1.91 bits {cite}`a`, Python 3.11.", shown="") == []
    assert unsourced_numbers("Python 3.11 runs it.", shown="") == []
