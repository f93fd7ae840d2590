"""Every page of the built book, in a real browser that reaches only the book itself."""

from functools import partial
from pathlib import Path

import pytest
import yaml
from browsing import CHECKS, PHONE, TOO_WIDE, Visit, colour_problems, problems, resize, serve
from repository import ROOT

MAX_BYTES = 4_000_000
BYTES = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


def toc_files() -> list[str]:
    """The pages that _toc.yml names, in order, without their suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]


PAGES = [f"{name}.html" for name in toc_files()] + ["search.html", "404.html"]
FIRST_CHAPTER = next(page for page in PAGES if page.startswith("book/0"))


def phone_problems(page: Visit) -> dict[str, list]:
    """What is wrong on a narrow page.

    The article has the colours that it has on a wide page; what surrounds it looks different.
    """
    around = partial(colour_problems, without=["article"])
    fits = {"nothing is too wide": lambda visit: visit.page.evaluate(TOO_WIDE)}
    return problems(page, CHECKS | fits | {"all text stands out": around})


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_the_light_when_it_gets_narrow_and_when_it_turns_dark(visit, path):
    """Opened once: most of the time goes into drawing formulas and figures."""
    page = visit(path)
    assert problems(page) == {}
    assert page.page.evaluate(BYTES) < MAX_BYTES
    resize(page, PHONE)
    assert phone_problems(page) == {}
    resize(page, 1280)
    page.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert problems(page) == {}
    page.page.close()


@pytest.mark.parametrize("path", [PAGES[0], FIRST_CHAPTER])
def test_page_that_is_opened_on_a_phone_fits_it(visit, path):
    assert phone_problems(visit(path, width=PHONE)) == {}


def test_page_that_is_opened_in_the_dark_is_dark(visit):
    page = visit(PAGES[0], scheme="dark")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert problems(page) == {}


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
        found = problems(visit_at(address, "page.html"))
    assert set(found) == set(CHECKS)
    for name, (_, word) in FAULTS.items():
        assert word in str(found[name])


def test_phone_check_sees_a_wide_element(visit_at, tmp_path: Path):
    (tmp_path / "page.html").write_text('<div style="width: 600px">wide</div>')
    with serve(tmp_path) as address:
        assert visit_at(address, "page.html", width=PHONE).page.evaluate(TOO_WIDE)
