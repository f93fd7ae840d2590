"""The book's directives on a page of a small course, as Sphinx builds it."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

MODULE = '''"""A module."""

SIZE = 3


def write(x):
    """Students write this."""
    return x + SIZE


def read(x):
    """Given."""
    return x
'''
SOLUTION = """## Problem 2: writing (5 points)

```{code-cell} ipython3
:answer: write
:weave: minillm/parts.py:write
```
"""
CONFIG = "extensions = ['myst_parser', 'tools.book.library', 'tools.book.notebooks']\n"
CONFIG += "exclude_patterns = ['solutions']\n"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`build(text, edition)` is the page that a text becomes, and the warnings."""
    files = {
        "conf.py": CONFIG,
        "minillm/parts.py": MODULE,
        "solutions/01_a/01_a.md": SOLUTION,
        "exercises/01_a/01_a.ipynb": "{}",
        "book/figures/wave.js": "",
        "pyproject.toml": '[project]\nversion = "1"\n',
        "LICENSE": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def page(text: str, edition: str = "open") -> tuple[BeautifulSoup, str]:
        monkeypatch.setenv("EDITION", edition)
        (tmp_path / "index.md").write_text(f"# Page\n\n{text}\n")
        out = tmp_path / "out"
        with open(tmp_path / "warnings", "w+") as warnings, docutils_namespace():
            folders = (tmp_path, tmp_path, out, out / "trees")
            app = Sphinx(*folders, "html", status=None, warning=warnings)
            app.build()
            warnings.seek(0)
            html = BeautifulSoup((out / "index.html").read_text(), "html.parser")
            return html.select_one("section"), warnings.read()

    return page


def test_answer_is_given_with_its_problem_and_a_fold(build):
    html, warnings = build("```{library} minillm.parts.write\n```")
    assert warnings == ""
    given, whole = (block.get_text() for block in html.select("pre"))
    assert given == 'def write(x):\n    """Students write this."""\n'
    assert whole == given + "    return x + SIZE\n"
    assert html.select_one("details pre").get_text() == whole
    assert html.select_one(".library-problem").get_text().endswith("01_a.ipynb.")
    assert "Problem 2" in html.select_one(".library-problem").get_text()


def test_student_edition_has_no_listing(build):
    html, warnings = build("```{library} minillm.parts.write\n```", "student")
    assert warnings == ""
    assert html.select("details") == []
    assert "return" not in html.get_text()


def test_what_is_no_answer_is_shown_whole_in_both_editions(build):
    text = "```{library} minillm.parts.SIZE minillm.parts.read\n```"
    for edition in ("open", "student"):
        html, _ = build(text, edition)
        assert [block.get_text() for block in html.select("pre")] == [
            "SIZE = 3\n",
            'def read(x):\n    """Given."""\n    return x\n',
        ]


def test_figure_has_a_place_on_the_page_and_words_without_javascript(build):
    html, warnings = build("```{interactive} wave\n```")
    assert warnings == ""
    assert "JavaScript" in html.select_one('[data-figure="wave"] p').get_text()
    html, _ = build('```{interactive} wave\na "cat"\na dog\n```')
    assert html.select_one("[data-figure]")["data-texts"] == 'a "cat"\na dog'


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("library} minillm.parts.absent", "'absent' is not defined"),
        ("library} nothing.at_all", "no module holds 'nothing.at_all'"),
        ("interactive} absent", "no figure book/figures/absent.js"),
    ],
)
def test_name_that_leads_nowhere_is_an_error_of_the_build(build, directive, message):
    _, warnings = build(f"```{{{directive}\n```")
    assert message in warnings


def test_edition_that_does_not_exist_is_refused(build):
    with pytest.raises(Exception, match="EDITION is open or student, not 'closed'"):
        build("Text", "closed")
