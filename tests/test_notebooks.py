"""Each chapter as a plain notebook: what is in it, and that it runs without the repository."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from bare import bare_python
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from repository import ROOT

from tools.book.inputs import cells as code_of
from tools.book.lab import BUILT, fingerprint, lay_out
from tools.book.notebooks import buttons, install_code, name, without_glue

CHAPTERS = sorted(path.stem for path in (ROOT / "book").glob("[0-9][0-9]_*.md"))
# What only the book understands: roles, directives, their options, labels, and live HTML.
RAW = re.compile(
    r"\{[\w:-]+\}`|^[`:]{3,}\{|^:[\w-]+:|^\([\w-]+\)=|<(?:div|input|script|span|svg)\b|\[\]\(|\{#",
    re.M,
)
FENCES = re.compile(r"^(`{3,}).*?^\1$|`[^`\n]+`", re.M | re.S)

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def notebook(book: Path, chapter: str) -> NotebookNode:
    return nbformat.read(book / "notebooks" / name(chapter), as_version=4)


def texts(made: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")


@each_chapter
def test_notebook_is_sound_and_has_no_outputs(built_book, chapter):
    made = notebook(built_book, chapter)
    nbformat.validate(made)
    assert made.metadata[BUILT] == fingerprint(made)
    assert all(not cell.outputs for cell in made.cells if cell.cell_type == "code")
    assert "pip" in made.cells[0].source


@each_chapter
def test_text_cells_hold_nothing_that_only_the_book_understands(built_book, chapter):
    prose = FENCES.sub("", texts(notebook(built_book, chapter)))
    assert RAW.findall(prose) == []
    assert "$" in prose  # or the formulas have gone with the fences


@each_chapter
def test_all_code_of_the_chapter_is_there_in_its_order(built_book, chapter):
    ours = [without_glue(code) for code in code_of(ROOT / "book" / f"{chapter}.md")]
    made = [c.source for c in notebook(built_book, chapter).cells if c.cell_type == "code"]
    at = iter(made)
    assert [code for code in ours if code and code not in at] == []
    assert "myst_nb" not in "".join(made)


@each_chapter
def test_equations_headings_and_figures_are_those_of_the_page(built_book, chapter):
    page = BeautifulSoup((built_book / "book" / f"{chapter}.html").read_text(), "html.parser")
    made = notebook(built_book, chapter)
    numbers = [tag.get_text().strip("()\u00b6#") for tag in page.select("span.eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", texts(made)) == numbers
    titles = page.select("article :is(h1, h2, h3)")
    assert len(re.findall(r"^#{1,3} ", FENCES.sub("", texts(made)), re.M)) == len(titles)
    code = "".join(cell.source for cell in made.cells)
    for host in page.select("[data-figure]"):
        assert f"figures.{host['data-figure']}(" in code


@each_chapter
def test_page_offers_its_notebook(built_book, chapter):
    html = BeautifulSoup((built_book / "book" / f"{chapter}.html").read_text(), "html.parser")
    links = [a["href"] for a in html.select(".dropdown-download-buttons a[href]")]
    assert [(built_book / "book" / link).resolve().name for link in links] == [name(chapter)]
    assert all((built_book / "book" / link).is_file() for link in links)
    assert html.select(".dropdown-launch-buttons") == []  # _config.yml names no repository


@pytest.mark.slow
@each_chapter
def test_notebook_runs_with_the_wheel_alone(built_book, chapter, tmp_path):
    python = bare_python(tmp_path / "venv")
    shutil.copytree(built_book / "notebooks", tmp_path / "work")
    env = os.environ | {"PIP_NO_INDEX": "1", "PYTHONPATH": ""}
    command = [python, "-m", "nbconvert", "--execute", "--to", "notebook", "--inplace"]
    done = subprocess.run(
        [*command, name(chapter)],
        cwd=tmp_path / "work",
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = nbformat.read(tmp_path / "work" / name(chapter), as_version=4)
    figures = [c for c in made.cells if c.cell_type == "code" and "figures." in c.source]
    kinds = {kind for c in figures for out in c.outputs for kind in out.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in kinds


def test_glue_is_taken_out_of_code():
    code = "from myst_nb import glue\nx = 1\nglue('x', x, display=False)\nprint(x)"
    assert without_glue(code) == "x = 1\nprint(x)"
    inside = "for x in (1, 2):\n    glue(\n        str(x), x,\n    )"
    assert without_glue(inside) == "for x in (1, 2):\n    pass"
    assert without_glue("glue('x', 1)") == ""
    assert without_glue("import glued") == "import glued"


def test_first_cell_takes_the_course_s_library_or_the_wheel_beside_it_or_the_published_one():
    whole = install_code(ROOT, None, "", "")
    assert 'install -q "./minillm-0.1.0-py3-none-any.whl"' in whole
    of_topic = install_code(ROOT, "03_word2vec", "", "[torch]")
    assert "('0.1.0', '0.1.0+topic03')" in of_topic
    assert '"./minillm-0.1.0+topic03-py3-none-any.whl[torch]"' in of_topic
    published = install_code(ROOT, None, "https://example.org/", "[torch]")
    assert "minillm[torch] @ https://example.org/minillm-0.1.0-py3-none-any.whl" in published
    for code in (whole, of_topic, published):
        ast.parse(code)


def written(folder: Path, *sources: str) -> Path:
    """A built notebook with these cells."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(s, id=f"c{n}") for n, s in enumerate(sources)]
    made.metadata[BUILT] = fingerprint(made)
    folder.mkdir(exist_ok=True)
    nbformat.write(made, folder / "a.ipynb")
    return folder / "a.ipynb"


def sources(file: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(file, as_version=4).cells]


def test_reader_s_notebook_is_renewed_kept_or_put_aside(tmp_path):
    built, own = tmp_path / "built", tmp_path / "own"
    written(built, "1")
    assert lay_out(built, own) == []
    assert sources(own / "a.ipynb") == ["1"]
    written(built, "2")  # the chapter has changed, the reader has not
    assert lay_out(built, own) == []
    assert sources(own / "a.ipynb") == ["2"]
    mine = nbformat.read(own / "a.ipynb", as_version=4)
    mine.cells[0].source = "mine"
    nbformat.write(mine, own / "a.ipynb")  # the reader has changed it, the chapter has not
    assert lay_out(built, own) == []
    assert sources(own / "a.ipynb") == ["mine"]
    written(built, "3")  # both have
    assert lay_out(built, own) == [own / "a-yours.ipynb"]
    assert sources(own / "a.ipynb") == ["3"]
    assert sources(own / "a-yours.ipynb") == ["mine"]


def header(path: str, *launch: str) -> dict:
    """What the theme puts at the top of a page."""
    kinds = ("source", "pdf")
    return {
        "pathto": lambda name, resource: f"../{name}",
        "header_buttons": [
            {
                "label": "download-buttons",
                "buttons": [{"label": f"download-{kind}-button", "url": path} for kind in kinds],
            },
            {"label": "launch-buttons", "buttons": [{"url": url} for url in launch]},
        ],
    }


def test_buttons_of_a_chapter_give_and_launch_its_notebook():
    context = header("book/03_rnn.md", "https://hub/lab/tree/repo/book/03_rnn.md?branch=pages")
    buttons(None, "book/03_rnn", "", context, None)
    download, launch = context["header_buttons"]
    kept = [button["label"] for button in download["buttons"]]
    assert kept == ["download-notebook-button", "download-pdf-button"]
    assert download["buttons"][0]["url"] == "../notebooks/03_rnn_chapter.ipynb"
    assert launch["buttons"][0]["url"] == (
        "https://hub/lab/tree/repo/notebooks/03_rnn_chapter.ipynb?branch=pages"
    )


def test_other_pages_have_nothing_to_launch():
    context = header("book/intro.md", "https://hub/book/intro.md")
    buttons(None, "book/intro", "", context, None)
    assert [group["label"] for group in context["header_buttons"]] == ["download-buttons"]
    assert len(context["header_buttons"][0]["buttons"]) == 1
