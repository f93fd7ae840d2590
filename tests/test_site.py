"""The site around the chapters: front page, search, contents, paper, and what an address adds."""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import browsing
import pytest
import yaml
from browsing import PHONE
from bs4 import BeautifulSoup
from leaks import SOLUTION, leaks
from playwright.sync_api import expect
from repository import ROOT
from test_pages import toc_files

from grader.authoring.assignment import path_of
from tools.book import roadmap, search
from tools.book.one_page import one_page
from tools.book.pdf import ONE_PAGE, pdf

TOPICS = [topic for topics in roadmap.parts(ROOT).values() for topic in topics]
CHAPTER = "book/01_ngrams.html"
A4 = 643  # pixels between the margins


def apart(call, *arguments):
    """Call what has an event loop of its own; the browser of these tests has one, too."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call, *arguments).result()


# The front page


def test_roadmap_has_fourteen_topics_that_need_earlier_ones():
    assert [int(topic.slug[:2]) for topic in TOPICS] == list(range(1, 15))
    for n, topic in enumerate(TOPICS, 1):
        assert topic.needs == sorted(set(topic.needs))
        assert all(0 < needed < n for needed in topic.needs), topic.slug


def test_roadmap_knows_every_chapter_of_the_toc():
    chapters = {name.removeprefix("book/") for name in toc_files() if re.match(r"book/\d", name)}
    assert chapters <= {topic.slug for topic in TOPICS}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_front_page_links_to_a_topic_when_it_is_in_the_toc(built_book, topic):
    page = BeautifulSoup((built_book / "book/intro.html").read_text(), "html.parser")
    entry = page.select(".roadmap li")[TOPICS.index(topic)]
    assert topic.title in entry.get_text()
    assert f"{topic.hours} hours" in entry.get_text()
    links = [link["href"] for link in entry.select("a")]
    written = f"book/{topic.slug}" in toc_files()
    assert (f"{topic.slug}.html" in links) == written
    if not written:
        assert links == []
        assert "Not written yet" in entry.get_text()
    for link in links:
        assert (built_book / "book" / link).is_file()


@pytest.mark.parametrize("topic", [t for t in TOPICS if (ROOT / "solutions" / t.slug).exists()])
def test_hours_of_a_topic_have_room_for_its_assignment(topic):
    total = re.search(r"\| \*\*100\*\* \| \*\*(\d+)\*\* \|", path_of(topic.slug, ROOT).read_text())
    assert total
    assert int(total[1]) / 60 + 1 <= topic.hours  # and an hour at least for the chapter


def test_facts_are_in_words():
    topic = roadmap.Topic("04_x", "t", "q", "b", [1, 2, 3], 4)
    assert roadmap.facts_of(topic) == ["4 hours", "Needs topics 1, 2 and 3"]


# The search

PAGE = """<main><nav>Menu</nav><article class="bd-article"><section id="one"><h1>One
<a class="headerlink" href="#one">#</a></h1>
<p id="p">Text with <span class="math">\\(x^2\\)</span>.</p>
<section id="two"><h2>Two</h2><details><summary>Answer</summary><p>folded</p></details>
<div class="solution dropdown admonition">
<p class="admonition-title">Solution</p><p>solved</p></div>
<div class="quiz"><ol><li><p>Which?</p>
<ul><li>This<ul><li>explained</li></ul></li></ul></li></ol></div>
</section></section></article></main>"""


def test_index_leaves_out_what_is_folded_and_leads_to_headings():
    page = BeautifulSoup(search.searchable(PAGE), "html.parser")
    words = page.main.get_text(" ", strip=True)
    for absent in ("Menu", "#", "x^2", "folded", "solved", "explained"):
        assert absent not in words
    for present in ("Text with", "…", "Answer", "Solution", "Which?", "This"):
        assert present in words
    assert [(tag.name, tag["id"]) for tag in page.select("[id]")] == [("h1", "one"), ("h2", "two")]
    assert search.searchable("<main>no article</main>") == ""


def test_an_answer_in_the_index_would_be_found(tmp_path):
    answer = SOLUTION.search(path_of("01_ngrams", ROOT).read_text())[1]
    shown = PAGE.replace("Text with", f"<pre>{answer}</pre>")
    (tmp_path / "page.html").write_text(shown)
    apart(asyncio.run, search.index(tmp_path, ["page.html"]))
    assert any(name.startswith("pagefind/") for name, _ in leaks(tmp_path))


def test_index_of_neither_edition_holds_an_answer(built_book, student_book):
    for book in (built_book, student_book):
        assert list((book / "pagefind" / "fragment").iterdir())
        assert [name for name, _ in leaks(book / "pagefind")] == []


def test_there_is_one_search(built_book):
    assert not (built_book / "searchindex.js").exists()
    assert "searchtools" not in (built_book / CHAPTER).read_text()


def type_query(page, query: str):
    """The hits of the dialog."""
    page.keyboard.press("Control+k")
    page.keyboard.type(query)
    hits = page.locator("#pst-search-dialog .search-hits li")
    hits.first.wait_for()
    return hits


def test_search_lands_on_the_section_and_marks_the_words(visit):
    page = visit("book/intro.html").page
    type_query(page, "three discounts")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/01_ngrams.html?*#modified-kneser-ney-three-discounts")
    marks = page.locator("section:target mark.search-mark")
    marks.first.wait_for()
    expect(page.locator("section:target h2")).to_be_in_viewport()
    expect(marks.first).to_be_in_viewport()
    assert {text.lower() for text in marks.all_inner_texts()} >= {"three", "discounts"}
    assert page.locator("mjx-merror, mjx-container mark").count() == 0


def test_search_shows_no_tex_and_says_when_it_finds_nothing(visit):
    page = visit("book/intro.html").page
    hits = type_query(page, "probability")
    assert not re.search(r"\\[a-z(\[]|\$", " ".join(hits.all_inner_texts()))
    page.locator("#pst-search-dialog input").fill("가나다")
    page.get_by_text("Nothing found for “가나다”").wait_for()


def test_search_page_answers_the_query_of_its_address(visit):
    visited = visit("search.html?q=backoff")
    visited.page.locator(".search-hits li a").first.wait_for()
    assert visited.page.locator(".bd-search-container input").input_value() == "backoff"
    assert visited.errors == []


def test_icon_of_the_search_leaves_the_query_free(visit):
    page = visit("search.html?q=backoff").page
    icon, field = (
        page.locator(f".bd-search-container {part}") for part in (".fa-magnifying-glass", "input")
    )
    padding = field.evaluate("e => parseFloat(getComputedStyle(e).paddingLeft)")
    end = icon.bounding_box()["x"] + icon.bounding_box()["width"]
    assert end <= field.bounding_box()["x"] + padding


# Without a server or JavaScript


def test_nothing_is_open_or_blank_without_javascript(browser, site):
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + CHAPTER)
    assert page.locator("details[open]").count() == 0
    assert page.locator("article input:visible").count() == 0
    assert page.locator(".dropdown.admonition > :not(.admonition-title):visible").count() == 0
    for host in page.locator(".figure-host").all():
        assert "make serve" in host.inner_text()
        assert host.bounding_box()["height"] < 200
    page.goto(f"{site}search.html")
    assert page.get_by_text("make serve").is_visible()
    page.close()


def test_nothing_is_open_or_blank_in_a_page_opened_as_a_file(browser, built_book):
    page = browser.new_page()
    page.goto((built_book / CHAPTER).as_uri())
    assert page.locator("details[open]").count() == 0
    assert page.locator("article input:visible").count() == 0
    for host in page.locator(".figure-host").all():
        assert "make serve" in host.inner_text()
        assert host.bounding_box()["height"] < 200
    page.close()


# Contents and layout


@pytest.mark.parametrize("places", [(3, 9, 20), (20, 9, 3)], ids=["down", "up"])
def test_contents_mark_the_section_that_is_read(visit, places):
    page = visit(CHAPTER).page
    links = page.locator("nav.page-toc > ul > li > a")
    for place in places:
        wanted = links.nth(place).get_attribute("href")
        page.evaluate(
            "id => scrollBy({top: document.querySelector(id).getBoundingClientRect().top - 100,"
            " behavior: 'instant'})",
            wanted,
        )
        active = page.locator("nav.page-toc a.active")
        expect(active).to_have_attribute("href", wanted)


SHIFTS = """window.shifts = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) window.shifts += e.value; })
    .observe({type: "layout-shift", buffered: true});"""


class SlowHandler(browsing.QuietHandler):
    """Serves files as over a line of 400 kB a second, with 100 ms before each answer."""

    line = threading.Lock()

    def copyfile(self, source, outputfile):
        time.sleep(0.1)
        while chunk := source.read(8192):
            with self.line:
                time.sleep(len(chunk) / 400_000)
            outputfile.write(chunk)


@pytest.mark.parametrize("width", [PHONE, 1600])
def test_nothing_jumps_on_a_slow_line(browser, built_book, monkeypatch, width):
    monkeypatch.setattr(browsing, "QuietHandler", SlowHandler)
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    with browsing.serve(built_book) as site:
        page.goto(site + CHAPTER, timeout=180_000)
        page.evaluate("document.fonts.ready")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shifts") < 0.02
        context.close()


# Paper


def test_print_shows_colours_and_cuts_off_no_code(visit):
    page = visit(CHAPTER, width=A4).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open])").count() == 0
    wide = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    assert page.locator("article pre").evaluate_all(wide) == []
    kept = "e => getComputedStyle(e).printColorAdjust"
    assert page.locator(".fig-part").first.evaluate(kept) == "exact"


def test_one_page_holds_every_page_and_each_link_has_its_place(built_book):
    whole = BeautifulSoup(one_page(built_book, toc_files()), "html.parser")
    ids = [tag["id"] for tag in whole.body.select("[id]")]
    assert len(ids) == len(set(ids))
    links = {link["href"] for link in whole.select('a[href^="#"]')}
    assert len(links) > 50
    assert {link for link in links if link[1:] not in ids} == set()
    assert whole.select("details, .dropdown, input") == []


def test_folds_move_to_the_appendix(tmp_path):
    (tmp_path / "a.html").write_text(f"<html><body>{PAGE}</body></html>")
    whole = BeautifulSoup(one_page(tmp_path, ["a"]), "html.parser")
    first, appendix = whole.select("article")
    assert [h.get_text() for h in appendix.select("h2")] == [
        *("1. Answer", "2. Solution", "3. The key to the quiz")
    ]
    for folded in ("folded", "solved", "explained"):
        assert folded in appendix.get_text()
        assert folded not in first.get_text()
    assert "Which?" in first.get_text()


def test_pages_are_printed_into_one_file(browser, built_book, tmp_path):
    target = tmp_path / "book.pdf"
    apart(pdf, built_book, ["book/notation", "book/sources"], target)
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_size > 50_000
    assert not (built_book / "book" / ONE_PAGE).exists()


# An address


def small_site(folder: Path, edition: str, address: str) -> Path:
    """The pages of a small site that has an address."""
    (folder / "book").mkdir()
    (folder / "index.rst").write_text("Start\n=====\n\nFirst words.\n\n.. toctree::\n\n   book/a\n")
    (folder / "book" / "a.rst").write_text("Page\n====\n\nWhat this page says.\n")
    command = [sys.executable, "-m", "sphinx", "-C", "-W", "-q", "-b", "html"]
    command += ["-D", "extensions=tools.book.address", "-D", f"html_baseurl={address}"]
    env = os.environ | {"EDITION": edition, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, str(folder), str(folder / "html")], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_a_site_with_an_address_names_it(tmp_path):
    address = "https://example.org/course/"
    html = small_site(tmp_path, "open", address.rstrip("/"))
    page = BeautifulSoup((html / "book" / "a.html").read_text(), "html.parser")
    assert page.find("link", rel="canonical")["href"] == f"{address}book/a.html"
    said = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in page.select("meta[content]")
    }
    assert said["og:url"] == f"{address}book/a.html"
    assert said["og:title"] == "Page"
    assert said["og:image"] == f"{address}_static/page.png"
    assert said["description"] == said["og:description"] == "What this page says."
    places = {
        e.text for e in ElementTree.parse(html / "sitemap.xml").iter() if e.tag.endswith("loc")
    }
    assert {f"{address}index.html", f"{address}book/a.html"} <= places
    assert 'href="/course/_static/' in (html / "404.html").read_text()


@pytest.mark.parametrize(
    ("edition", "address"), [("open", ""), ("student", "https://example.org/")]
)
def test_a_site_of_files_names_no_address(tmp_path, edition, address):
    html = small_site(tmp_path, edition, address)
    page = (html / "book" / "a.html").read_text()
    assert "canonical" not in page
    assert "og:" not in page
    assert not (html / "sitemap.xml").exists()
    assert (html / "404.html").exists()


def test_picture_of_the_site_is_in_the_book(built_book):
    assert (built_book / "_static" / "page.png").is_file()
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert "baseurl" in settings["html"]
