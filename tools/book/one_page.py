"""The pages of the book as a single one, to print: `one_page(folder, names)`.

What a reader unfolds on the screen (answers, solutions, the key of a quiz) stands in an appendix,
and its number in its place.
"""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path, PurePosixPath
from string import ascii_lowercase

from bs4 import BeautifulSoup, Tag

FOLDS = "details, .dropdown.admonition, div.quiz"


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
        link = f'<a href="#fold-{n}">appendix, {n}</a>'
        place.append(parse(f'<p class="print-fold">{escape(title)}: {link}</p>'))
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


def name_apart(article: Tag, page_name: str, names: list[str]) -> None:
    """Put its page's name before each id, and let the links between the pages follow.

    An id that occurs again, as in the solutions of exercises, is left out.
    """
    stem = PurePosixPath(page_name).name
    stems = {PurePosixPath(other).name for other in names}
    known: set[str] = set()
    for tag in article.select("[id]"):
        name = f"{stem}--{tag.attrs.pop('id')}"
        if name not in known:
            tag["id"] = name
        known.add(name)
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
