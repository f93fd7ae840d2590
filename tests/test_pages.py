"""Every page of the built book, in a real browser that reaches only the book itself."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from browsing import (
    AXE,
    CHECKS,
    COLOURS,
    PHONE,
    TOO_WIDE,
    Visit,
    problems,
    resize,
    serve,
)
from repository import ROOT

from tools.book.build import FOR_INSTRUCTORS

MAX_BYTES = 4_000_000
BYTES = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


# Marks some texts of each look: their own colour, size and weight, and what lies behind them.
MARK_LOOKS = """n => {
    const looks = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode());) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility()) continue;
        const {color, fontSize, fontWeight} = getComputedStyle(element);
        const look = [color, fontSize, fontWeight];
        for (let behind = element; behind; behind = behind.parentElement) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(behind);
            const seen = [backgroundColor, backgroundImage, opacity].join();
            if (seen !== "rgba(0, 0, 0, 0),none,1") look.push(seen);
        }
        const same = looks.get(look.join("|")) ?? [];
        looks.set(look.join("|"), [...same, element]);
    }
    document.querySelectorAll("[data-look]").forEach(element => delete element.dataset.look);
    [...looks.values()].flatMap(same => same.slice(0, n)).forEach(e => { e.dataset.look = ""; });
}"""
OF_EACH_LOOK = 3


# Formulas that end outside of the screen; a table may be scrolled as a whole.
CUT_OFF = """() => [...document.querySelectorAll("mjx-container > mjx-math")]
    .filter(e => !e.closest("table, .figure-host"))
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(e => e.closest(".math").textContent.slice(0, 200))"""


def toc_files(without: str = "") -> list[str]:
    """The pages that _toc.yml names, in order, without their suffix; one part may be left out."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    parts = [part["chapters"] for part in toc["parts"] if part["caption"] != without]
    return [toc["root"], *(entry["file"] for part in parts for entry in part)]


def pages(files: Iterable[str]) -> list[str]:
    """The pages of files, and those that belong to no file."""
    return [f"{name}.html" for name in files] + ["search.html", "404.html"]


PAGES = pages(toc_files())
FIRST_CHAPTER = next(page for page in PAGES if page.startswith("book/0"))


def pale_texts(visit: Visit) -> list[list[str]]:
    """Texts that are too pale to read, among some of each look: a page has thousands of texts."""
    visit.page.evaluate(AXE_SCRIPT)
    visit.page.evaluate(MARK_LOOKS, OF_EACH_LOOK)
    options = {"runOnly": [COLOURS], "preload": False, "resultTypes": ["violations"]}
    return visit.page.evaluate(AXE, [{"include": ["[data-look]"]}, options])


SOUND = CHECKS | {"all text stands out": pale_texts}
NARROW = SOUND | {
    "nothing is too wide": lambda visit: visit.page.evaluate(TOO_WIDE),
    "no formula is cut off": lambda visit: visit.page.evaluate(CUT_OFF),
}


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_the_light_when_it_gets_narrow_and_when_it_turns_dark(visit, path):
    """Opened once: most of the time goes into drawing formulas and figures."""
    page = visit(path)
    assert problems(page, SOUND) == {}
    assert page.page.evaluate(BYTES) < MAX_BYTES
    resize(page, PHONE)
    assert problems(page, NARROW) == {}
    resize(page, 1280)
    page.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert problems(page, SOUND) == {}
    page.page.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", pages(toc_files(FOR_INSTRUCTORS)))
def test_page_of_the_student_edition_is_sound(student_book, visit_at, path):
    with serve(student_book) as address:
        page = visit_at(address, path)
        assert problems(page, SOUND) == {}
        page.page.close()


@pytest.mark.parametrize("path", [PAGES[0], FIRST_CHAPTER])
def test_page_that_is_opened_on_a_phone_fits_it(visit, path):
    assert problems(visit(path, width=PHONE), NARROW) == {}


def test_page_that_is_opened_in_the_dark_is_dark(visit):
    page = visit(PAGES[0], scheme="dark")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert problems(page, SOUND) == {}


def test_start_page_leads_to_the_introduction(built_book: Path):
    assert f"url={PAGES[0]}" in (built_book / "index.html").read_text()


FAULTS = {  # what is planted, and what the check then says
    "no request leaves the site": ('<script src="https://example.org/x.js"></script>', "x.js"),
    "no script error": ("<script>throw new Error('planted')</script>", "planted"),
    "no missing file": ('<link rel="stylesheet" href="nowhere.css">', "404"),
    "every formula is drawn": ('<span class="math">never drawn</span>', "never drawn"),
    "every image has alt text": ("<img src=\"data:image/svg+xml,<svg xmlns='a'/>\">", "<img"),
    "axe finds nothing serious": ("<button id='nameless'></button>", "nameless"),
    "all text stands out": ('<p style="color: #ccc; background: #fff">pale</p>', "pale"),
}


def test_every_check_sees_a_planted_fault(visit_at, tmp_path: Path):
    faults = "".join(fault for fault, _ in FAULTS.values())
    html = f'<html lang="en"><title>t</title><main><h1>h</h1>{faults}</main></html>'
    (tmp_path / "page.html").write_text(html)
    (tmp_path / "favicon.ico").touch()
    with serve(tmp_path) as address:
        found = problems(visit_at(address, "page.html"), SOUND)
    assert set(found) == set(SOUND)
    for name, (_, word) in FAULTS.items():
        assert word in str(found[name])


def test_phone_check_sees_a_wide_element(visit_at, tmp_path: Path):
    (tmp_path / "page.html").write_text('<div style="width: 600px">wide</div>')
    with serve(tmp_path) as address:
        assert visit_at(address, "page.html", width=PHONE).page.evaluate(TOO_WIDE)
