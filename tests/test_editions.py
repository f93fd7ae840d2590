"""The two editions of the book: what they show of the answers, and what that is worth."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from leaks import leaks
from repository import ROOT

from grader.authoring.assignment import cells, path_of, read
from grader.authoring.build_exercises import release
from grader.authoring.trial import trial
from tools.book.library import FOLD
from tools.book.listing import course_answers

CHAPTERS = sorted(path.stem for path in (ROOT / "book").glob("[0-9][0-9]_*.md"))
MOST_POINTS = 20  # that pasting a page may earn
Definition = ast.FunctionDef | ast.ClassDef

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def page(book: Path, chapter: str) -> BeautifulSoup:
    return BeautifulSoup((book / "book" / f"{chapter}.html").read_text(), "html.parser")


def is_folded(block: Tag) -> bool:
    return any(p.name == "details" or "dropdown" in p.get("class", []) for p in block.parents)


def definitions(
    html: BeautifulSoup, folds_opened: bool = False
) -> Iterator[tuple[str, Definition]]:
    """The functions and classes that a page shows, each with its text; later ones come later."""
    for block in html.select("div.highlight pre"):
        if block.find_parent(class_="cell_output") or (is_folded(block) and not folds_opened):
            continue
        try:
            nodes = ast.parse(block.get_text()).body
        except SyntaxError:
            continue  # no Python
        yield from ((ast.unparse(n), n) for n in nodes if isinstance(n, Definition))


def defined(source: str) -> dict[str, Definition]:
    return {n.name: n for n in ast.parse(source).body if isinstance(n, Definition)}


def pasted(shown: dict[str, str], helpers: str, source: str) -> str:
    """An answer cell with what a page shows put below its stubs, where it takes their place."""
    found = []
    for name, node in defined(source).items():
        found += [shown[name]] if name in shown else []
        methods = node.body if isinstance(node, ast.ClassDef) else []
        for method in (m.name for m in methods if isinstance(m, ast.FunctionDef)):
            if method in shown:
                found += [shown[method], f"{name}.{method} = {method}"]
    return "\n\n".join([source, helpers, *found]) if found else source


def forgiven(code: str) -> str:
    """Code that does nothing where it cannot run: a class whose parent is defined further down."""
    return f"try:\n{textwrap.indent(code, '    ')}\nexcept Exception:\n    pass"


def points_of_pasting(html: BeautifulSoup, chapter: str, folds_opened: bool = False) -> float:
    """What the released assignment earns with all that a page shows in its answer cells."""
    path = path_of(chapter, ROOT)
    given = [name for cell in cells(read(path), "given") for name in defined(cell.source)]
    shown = {
        node.name: text
        for text, node in definitions(html, folds_opened)
        if len(node.body) > 1 and node.name not in given  # else it is a docstring alone
    }
    submission = release(path)
    answers = list(cells(submission, "answer"))
    asked = {name for cell in answers for name in defined(cell.source)}
    helpers = "\n\n".join(forgiven(text) for name, text in shown.items() if name not in asked)
    for cell in answers:
        cell.source = pasted(shown, helpers, cell.source)
    return sum(outcome.earned for outcome in trial(submission, path))


@each_chapter
def test_pasting_the_page_earns_little(built_book, chapter):
    assert points_of_pasting(page(built_book, chapter), chapter) <= MOST_POINTS


def test_pasting_with_the_folds_opened_earns_much(built_book):
    chapter = CHAPTERS[0]
    html = page(built_book, chapter)
    assert points_of_pasting(html, chapter, folds_opened=True) > MOST_POINTS


@each_chapter
def test_answer_leads_to_its_problem(built_book, chapter):
    boxes = page(built_book, chapter).select(".library-answer")
    wanted = {a.problem for a in course_answers(ROOT)}
    for box in boxes:
        line = box.select_one(".library-problem")
        assert re.search(r"Problem (\w+)", line.get_text())[1] in wanted
        target = built_book / "book" / line.a["href"]
        assert target.is_file()
        assert [d.summary.get_text() for d in box.select("details")] == [FOLD]


@each_chapter
def test_student_edition_has_the_same_answers_without_listings(built_book, student_book, chapter):
    ours, theirs = (page(book, chapter) for book in (built_book, student_book))
    given = [box.pre.get_text() for box in ours.select(".library-answer")]
    assert [box.pre.get_text() for box in theirs.select(".library-answer")] == given
    assert theirs.select("details.library-fold") == []
    assert len(theirs.select(".library-answer pre")) == len(given)


def test_student_edition_gives_no_answer_away(student_book):
    assert leaks(student_book) == []


def test_answers_are_found_in_the_open_edition(built_book):
    places = {name for name, _ in leaks(built_book)}
    assert {f"book/{chapter}.html" for chapter in CHAPTERS} <= places
    assert any(".whl/minillm/" in name for name in places)
    assert any(name.endswith(".ipynb") for name in places)


def test_fold_opens_with_the_keyboard_and_all_of_them_for_printing(visit):
    page = visit(f"book/{CHAPTERS[0]}.html").page
    closed = "() => document.querySelectorAll('article details:not([open])').length"
    before = page.evaluate(closed)
    page.locator(".library-fold > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".library-fold").first.evaluate("fold => fold.open")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before - 1
