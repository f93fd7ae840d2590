"""What a chapter reads beside its own text, and which chapters run again after a change."""

from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache

from tools.book.build import READER, forget, is_cached, join_printed
from tools.book.inputs import cells, digest, inputs, needs

PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

```{code-cell} ipython3
%matplotlib inline
CODE
```
"""
FILES = {
    "minillm/__init__.py": "",
    "minillm/places.py": "from pathlib import Path\nCOURSE = Path('.')\n",
    "minillm/corpus.py": 'from minillm.places import COURSE\nDATA = COURSE / "data"\n'
    'def austen():\n    return DATA / "austen"\n',
    "minillm/ngram.py": "import numpy\nfrom minillm.corpus import austen\n",
    "minillm/rnn.py": "def forward():\n    import torch\n    from minillm import ngram\n",
    "minillm/any_data.py": "from minillm.corpus import DATA\ndef load(name):\n"
    "    return DATA / name\n",
    "minillm/look.mplstyle": "font.size: 10\n",
    "data/austen/emma.txt": "Emma",
    "data/results/01.json": "[]",
    "book/a.md": PAGE.replace("CODE", "from minillm.ngram import austen"),
    "book/b.md": PAGE.replace("CODE", "import minillm.rnn"),
    "book/c.md": PAGE.replace("CODE", "import numpy\nopen('../data/results/01.json')"),
    "book/d.md": PAGE.replace("CODE", "from minillm import any_data"),
    "book/e.md": "# No cells\n\nSee `minillm.ngram`.\n",
}
IN_A = {"minillm/__init__.py", "minillm/places.py", "minillm/corpus.py", "minillm/ngram.py"}
IN_A |= {"minillm/look.mplstyle", "data/austen/emma.txt"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("a", IN_A),
        ("b", IN_A | {"minillm/rnn.py"}),
        ("c", {"minillm/look.mplstyle", "data/results/01.json"}),
        ("d", (IN_A - {"minillm/ngram.py"}) | {"minillm/any_data.py", "data/results/01.json"}),
        ("e", set()),
    ],
)
def test_inputs_are_what_cells_import_and_name(course, page, wanted):
    found = inputs(course / "book" / f"{page}.md", course)
    assert {file.relative_to(course).as_posix() for file in found} == wanted


def test_cells_are_found_without_magic_commands_in_the_way(course):
    assert cells(course / "book/a.md") == ["%matplotlib inline\nfrom minillm.ngram import austen"]
    assert cells(course / "book/e.md") == []


def test_needs_looks_through_the_library_and_into_functions(course):
    assert needs(course / "book/b.md", course, "torch")
    assert not needs(course / "book/a.md", course, "torch")
    assert needs(course / "book/a.md", course, "numpy")


def test_digest_changes_with_an_input_and_with_nothing_else(course):
    page = course / "book/a.md"
    before = digest(page, course)
    (course / "minillm/rnn.py").write_text("changed = 1\n")
    assert digest(page, course) == before
    (course / "data/austen/emma.txt").write_text("Emma Woodhouse")
    assert digest(page, course) != before


def fill(cache, page: Path) -> None:
    """Put a page into the cache as if it had run."""
    number = cache.add_nb_to_project(str(page), read_data=READER).pk
    notebook = cache.get_project_notebook(number).nb
    for n, cell in enumerate(c for c in notebook.cells if c.cell_type == "code"):
        cell.execution_count = n + 1
    file = page.with_suffix(".ipynb")
    nbformat.write(notebook, file)
    cache.cache_notebook_file(file, uri=str(page), overwrite=True)


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("minillm/rnn.py", "b"),
        ("minillm/ngram.py", "ab"),
        ("minillm/look.mplstyle", "abcd"),
        ("data/results/01.json", "cd"),
        ("data/austen/emma.txt", "abd"),
        ("book/e.md", ""),
    ],
)
def test_only_chapters_that_read_the_change_leave_the_cache(course, changed, again):
    (course / "_build/.jupyter_cache").mkdir(parents=True)
    cache = get_cache(course / "_build/.jupyter_cache")
    pages = [course / "book" / f"{name}.md" for name in "abcd"]
    assert forget(cache, pages, course) == pages
    for page in pages:
        fill(cache, page)
    assert forget(cache, pages, course) == []
    assert all(is_cached(cache, page) for page in pages)
    (course / changed).write_text((course / changed).read_text() + "\n")
    assert "".join(page.stem for page in forget(cache, pages, course)) == again
    assert "".join(p.stem for p in pages if not is_cached(cache, p)) == again


def test_what_a_cell_prints_is_joined_where_the_kernel_cut_it(tmp_path):
    parts = [("stdout", "difference:"), ("stdout", " 0.0\n"), ("stderr", "mind\n")]
    outputs = [nbformat.v4.new_output("stream", name=name, text=text) for name, text in parts]
    outputs.insert(2, nbformat.v4.new_output("display_data", {"text/plain": "a picture"}))
    cell = nbformat.v4.new_code_cell("print('difference:', 0.0)", outputs=outputs)
    file = tmp_path / "executed" / "0" / "base.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_markdown_cell("a")]), file)
    join_printed(tmp_path)
    printed, picture, warned = nbformat.read(file, nbformat.NO_CONVERT).cells[0].outputs
    assert printed.text == "difference: 0.0\n"
    assert picture.data["text/plain"] == "a picture"
    assert warned.text == "mind\n"
