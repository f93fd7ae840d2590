"""Every page of the built book, in a real browser that reaches only the book itself."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from conftest import ROOT, Visit, serve

MAX_BYTES = 4_000_000
PHONE = 390  # pixels

# What axe finds in parts that are not ours: rule, part of the element, and why we leave it.
KNOWN = [
    ("aria-required-children", 'class="citation-list"', "docutils gives it list entries by role"),
]

FORMULAS = """() => [
    ...[...document.querySelectorAll("mjx-merror")].map(e => e.title || e.textContent),
    ...[...document.querySelectorAll(".math")].filter(e => !e.querySelector("mjx-container"))
        .map(e => e.textContent),
]"""
WITHOUT_ALT = """() => [...document.querySelectorAll("img")]
    .filter(e => !(e.getAttribute("alt") || "").trim()).map(e => e.outerHTML.slice(0, 200))"""
BYTES = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""
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


def toc_files() -> list[str]:
    """The pages that _toc.yml names, in order, without their suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]


PAGES = [f"{name}.html" for name in toc_files()] + ["search.html"]


def structure_problems(visit: Visit) -> list[list[str]]:
    """What axe-core calls serious or critical beside colours, as [rule, element]."""
    return axe_problems(visit, rules={COLOURS: {"enabled": False}})


def colour_problems(visit: Visit, without: Sequence[str] = ()) -> list[list[str]]:
    """The texts that are too pale to read, but for some parts of the page (CSS selectors)."""
    return axe_problems(visit, without, runOnly=[COLOURS])


def axe_problems(visit: Visit, without: Sequence[str] = (), **options: object) -> list[list[str]]:
    """What axe-core finds with these options; some parts and the known places left out."""
    visit.page.evaluate(AXE_SCRIPT)
    context = {"include": ["html"], "exclude": list(without)}
    options |= {"preload": False, "resultTypes": ["violations"]}
    found = visit.page.evaluate(AXE, [context, options])
    return [
        [rule, element]
        for rule, element in found
        if not any(rule == known and part in element for known, part, _ in KNOWN)
    ]


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


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_the_light_and_when_it_turns_dark(visit, path):
    page = visit(path)
    assert problems(page) == {}
    assert page.page.evaluate(BYTES) < MAX_BYTES
    page.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert problems(page) == {}


def test_page_that_is_opened_in_the_dark_is_dark(visit):
    page = visit(PAGES[0], scheme="dark")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert problems(page) == {}


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_phone(visit, path):
    page = visit(path, width=PHONE)
    assert page.page.evaluate(TOO_WIDE) == []
    # The article has the colours that it has on a wide page; what surrounds it looks different.
    around = partial(colour_problems, without=["article"])
    assert problems(page, CHECKS | {"all text stands out": around}) == {}


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
