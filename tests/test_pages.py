"""Every page of the built book, in a real browser that reaches only the book itself."""

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
AXE = """async () => (await axe.run(document, {preload: false, resultTypes: ["violations"]}))
    .violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => [v.id, n.html.slice(0, 200)]))"""


def toc_files() -> list[str]:
    """The pages that _toc.yml names, in order, without their suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]


PAGES = [f"{name}.html" for name in toc_files()] + ["search.html"]


def accessibility_problems(visit: Visit) -> list[list[str]]:
    """What axe-core calls serious or critical, as [rule, element]; the known places left out."""
    visit.page.evaluate(AXE_SCRIPT)
    found = visit.page.evaluate(AXE)
    return [
        [rule, element]
        for rule, element in found
        if not any(rule == known and part in element for known, part, _ in KNOWN)
    ]


CHECKS = {
    "no request leaves the site": lambda visit: visit.outside,
    "no script error": lambda visit: visit.errors,
    "no missing file": lambda visit: visit.missing,
    "every formula is drawn": lambda visit: visit.page.evaluate(FORMULAS),
    "every image has alt text": lambda visit: visit.page.evaluate(WITHOUT_ALT),
    "axe finds nothing serious": accessibility_problems,
}


def problems(visit: Visit) -> dict[str, list]:
    """The checks that fail on an open page, each with what it found."""
    found = {name: check(visit) for name, check in CHECKS.items()}
    return {name: places for name, places in found.items() if places}


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_the_light(visit, path):
    page = visit(path)
    assert problems(page) == {}
    assert page.page.evaluate(BYTES) < MAX_BYTES


@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_the_dark(visit, path):
    page = visit(path, scheme="dark")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert problems(page) == {}


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_phone(visit, path):
    page = visit(path, width=PHONE)
    assert page.page.evaluate(TOO_WIDE) == []
    assert problems(page) == {}


def test_start_page_leads_to_the_introduction(built_book: Path):
    assert f"url={PAGES[0]}" in (built_book / "index.html").read_text()


FAULTS = {  # what is planted, and what the check then says
    "no request leaves the site": ('<script src="https://example.org/x.js"></script>', "x.js"),
    "no script error": ("<script>throw new Error('planted')</script>", "planted"),
    "no missing file": ('<link rel="stylesheet" href="nowhere.css">', "404"),
    "every formula is drawn": ('<span class="math">never drawn</span>', "never drawn"),
    "every image has alt text": ("<img src=\"data:image/svg+xml,<svg xmlns='a'/>\">", "<img"),
    "axe finds nothing serious": ('<p style="color: #ccc; background: #fff">pale</p>', "pale"),
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
