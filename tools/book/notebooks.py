"""Each chapter as a plain notebook that Jupyter and Colab open without the book's tools.

The HTML build ends with `notebooks/NN_slug_chapter.ipynb` beside the pages, and with the wheel
that the first cell of each notebook installs where the library is missing. Text is Markdown without
our directives (`markdown`); figures are widgets; what a page folds is folded; there are no outputs.

A figure that the reader moves is written in a chapter as

    ```{interactive} shannon
    ```

and is the module `book/figures/shannon.js` on the page, `minillm.figures.shannon()` in a notebook.
Lines in the directive are the texts that the figure works on: its attribute `data-texts` on the
page, the list that is the function's argument in a notebook.

The download button of a chapter gives its notebook. Where `_config.yml` names the repository, and
the branch on which the site is published, launch buttons open the notebook on Colab and JupyterHub.
"""

import ast
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from pybtex.backends.markdown import Backend
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from tools.book import inputs, wheel
from tools.book.lab import BUILT, fingerprint
from tools.book.markdown import Code, Text, Writer, attachment, picture_name

CHAPTER = re.compile(r"book/(\d\d_\w+)$")
ATTACHED = re.compile(r"\(attachment:([^)]+)\)")
NEEDLESS = re.compile(r"\\([^\\`*_\[\]<$])")  # what pybtex escapes beyond need
FOLDED_TAGS = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
INSTALL = """\
# Run this cell first: it installs the course's library where it is missing.
from importlib.metadata import PackageNotFoundError, version

try:
    installed = version("minillm")
except PackageNotFoundError:
    installed = "none"
if installed not in {versions}:
"""
BESIDE = """\
    get_ipython().run_line_magic("pip", 'install -q "./{wheel}{extra}"')"""
ELSEWHERE = """\
    import os

    wheel = "./{wheel}{extra}"
    if not os.path.exists("{wheel}"):
        wheel = "minillm{extra} @ {address}{wheel}"
    get_ipython().run_line_magic("pip", f'install -q "{{wheel}}"')"""
HOST = """<div class="figure-host" data-figure="{name}"{texts}>
<p>This figure moves with JavaScript, on a page that a server sends: run <code>make serve</code> in
a copy of the course, or <code>python -m http.server</code> in the folder of these pages.</p>
</div>
"""


class interactive(nodes.General, nodes.Element):
    """A figure of the book that the reader moves: its `name`, the `texts` that it works on."""


class Interactive(SphinxDirective):
    """`{interactive} shannon`: the figure of that name."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The node in the place of the directive."""
        name = self.arguments[0]
        if not (Path(self.env.srcdir) / "book" / "figures" / f"{name}.js").is_file():
            raise self.error(f"there is no figure book/figures/{name}.js")
        return [interactive(name=name, texts="\n".join(self.content))]


def visit_interactive(writer: Any, node: interactive) -> None:
    """Write the place where `page.js` mounts a figure."""
    texts = escape(node["texts"]).replace("\n", "&#10;")
    texts = f' data-texts="{texts}"' if texts else ""
    writer.body.append(HOST.format(name=escape(node["name"]), texts=texts))


# Notebooks


def notebook(app: Sphinx, docname: str) -> NotebookNode:
    """A chapter as a notebook."""
    env, course = app.env, Path(app.srcdir)
    page = Path(env.doc2path(docname))
    doctree = env.get_doctree(docname)
    cited = cite_in_words(doctree, env)
    doctree = env.get_and_resolve_doctree(docname, app.builder, doctree=doctree)
    numbers = {
        name: ".".join(map(str, number))
        for kind in env.toc_fignumbers.get(docname, {}).values()
        for name, number in kind.items()
    }
    pictures: dict[str, Path] = {}

    def picture(uri: str) -> str:
        path = course / uri
        pictures[picture_name(path)] = path
        return f"attachment:{picture_name(path)}"

    blocks = [*Writer(numbers, address, picture).blocks(doctree), *references(cited, env)]
    made = nbformat.v4.new_notebook()
    made.cells = [first_cell(app, page), *cells(blocks, source_cells(page, env), pictures)]
    for n, cell in enumerate(made.cells):
        cell.id = f"cell-{n:03d}"
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "built_from": page.relative_to(course).as_posix(),
        BUILT: fingerprint(made),
    }
    return made


def cells(
    blocks: list[Text | Code], source: list[NotebookNode], pictures: dict[str, Path]
) -> Iterator[NotebookNode]:
    """The cells of a notebook: texts up to the next heading or code, and all code in its order.

    Code that the page does not show at all still runs; its cell is folded.
    """
    texts: list[str] = []
    waiting = [n for n, cell in enumerate(source) if cell.cell_type == "code"]

    def text_cell() -> Iterator[NotebookNode]:
        if texts:
            cell = nbformat.v4.new_markdown_cell("\n\n".join(texts))
            attached = {name: attachment(pictures[name]) for name in ATTACHED.findall(cell.source)}
            if attached:
                cell.attachments = attached
            texts.clear()
            yield cell

    def code_cells(until: int, folded: bool) -> Iterator[NotebookNode]:
        while waiting and waiting[0] <= until:
            n = waiting.pop(0)
            yield from code_cell(source[n], folded or n < until)

    for block in blocks:
        if isinstance(block, Code):
            yield from text_cell()
            if block.index is None:
                yield nbformat.v4.new_code_cell(block.source)
            else:
                yield from code_cells(block.index, block.folded)
        else:
            if block.heading:
                yield from text_cell()
            texts.append(block.source)
    yield from text_cell()
    yield from code_cells(len(source), True)


def code_cell(cell: NotebookNode, folded: bool) -> Iterator[NotebookNode]:
    """A cell of a chapter without what only the book understands; none where nothing is left."""
    tags = set(cell.metadata.get("tags", []))
    source = without_glue(cell.source)
    if source:
        metadata: dict[str, Any] = {}
        if folded or tags & FOLDED_TAGS:
            metadata["jupyter"] = {"source_hidden": True}
        if "raises-exception" in tags:
            metadata["tags"] = ["raises-exception"]
        yield nbformat.v4.new_code_cell(source, metadata=metadata)


def without_glue(code: str) -> str:
    """A cell's code without `glue`, which hands values over to the book's text."""
    if "glue" not in code:
        return code
    lines, tree = code.split("\n"), inputs.tree(code)
    handed_over = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _is_glue(node)]
    for node in sorted(handed_over, key=lambda node: -node.lineno):
        inside = [] if node in tree.body else [" " * node.col_offset + "pass"]
        lines[node.lineno - 1 : node.end_lineno] = inside
    return "\n".join(lines).strip("\n")


def _is_glue(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "myst_nb"
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "glue"


def source_cells(page: Path, env: Any) -> list[NotebookNode]:
    """The cells of a page as myst-nb numbers them."""
    text = page.read_text(encoding="utf-8")
    reader = create_nb_reader(str(page), env.myst_config, env.mystnb_config, text)
    return reader.read(text).cells if reader else []


def install_code(course: Path, topic: str | None, address: str, extra: str) -> str:
    """A notebook's first cell: install the wheel beside it, else the one at an address.

    The course's own library will do, and that of the topic; that of another topic has too little
    or too much in it.
    """
    versions = tuple(sorted({wheel.version(course), wheel.version(course, topic)}))
    template = INSTALL + (ELSEWHERE if address else BESIDE)
    name = wheel.wheel_name(course, topic)
    return template.format(versions=versions, wheel=name, address=address, extra=extra)


def first_cell(app: Sphinx, page: Path) -> NotebookNode:
    """The cell that installs what a chapter needs."""
    course = Path(app.srcdir)
    extra = "[torch]" if inputs.needs(page, course, "torch") else ""
    return nbformat.v4.new_code_cell(install_code(course, topic(app), published(app), extra))


def topic(app: Sphinx) -> str | None:
    """The topic from which on the wheel of this build lacks the answers; None where it has all."""
    every = "00" if app.config.edition == "student" else None
    return app.config.topic or every


def published(app: Sphinx) -> str:
    """The address of the published notebooks, or "" where `_config.yml` names no repository."""
    options = app.config.html_theme_options
    url, branch = options.get("repository_url", ""), options.get("repository_branch", "")
    return f"{url.rstrip('/')}/raw/{branch}/notebooks/" if url else ""


def address(uri: str) -> str:
    """Where a reference within the book leads from a notebook: to another chapter, or nowhere."""
    chapter = re.match(r"(\d\d_\w+)\.html", uri)
    return name(chapter[1]) if chapter else ""


def name(chapter: str) -> str:
    """The name of a chapter's notebook; the assignment is called `01_ngrams.ipynb`."""
    return f"{chapter}_chapter.ipynb"


# Citations


def cite_in_words(doctree: nodes.document, env: BuildEnvironment) -> list[str]:
    """Replace the citations of a page by author and year; returns the keys, sorted."""
    entries = env.get_domain("cite").bibdata.data.entries  # type: ignore[attr-defined]
    found: set[str] = set()
    for node in list(doctree.findall(addnodes.pending_xref)):
        if node.get("refdomain") == "cite":
            keys = [key.strip() for key in node["reftarget"].split(",")]
            found |= set(keys)
            within = node["reftype"] in ("t", "ts", "ct")
            words = [in_words(entries[key], within) for key in keys]
            text = " and ".join(words) if within else f"({'; '.join(words)})"
            node.replace_self(nodes.inline(text, text, ids=node["ids"]))
    return sorted(found)


def in_words(entry: Any, within: bool) -> str:
    """`Kneser and Ney (1995)` within a sentence, `Kneser and Ney, 1995` in brackets."""
    persons = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(map(str, person.rich_last_names)) for person in persons]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    year = entry.fields.get("year", "n.d.")
    return f"{who} ({year})" if within else f"{who}, {year}"


def references(keys: list[str], env: BuildEnvironment) -> Iterator[Text]:
    """The list of the works that a page cites."""
    citations = env.get_domain("cite").citations  # type: ignore[attr-defined]
    formatted = {citation.key: citation.formatted_entry.text for citation in citations}
    rendered = [formatted[key].render(Backend()) for key in keys if key in formatted]
    lines = ["- " + " ".join(NEEDLESS.sub(r"\1", text).split()) for text in rendered]
    if lines:
        yield Text("**References**")
        yield Text("\n".join(lines))


# Sphinx


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the notebooks of all chapters and the wheel, after an HTML build that ended well."""
    if exception or app.builder.format != "html":
        return
    folder, course = Path(app.outdir) / "notebooks", Path(app.srcdir)
    for docname in sorted(app.env.found_docs):
        if match := CHAPTER.match(docname):
            folder.mkdir(exist_ok=True)
            text = nbformat.writes(notebook(app, docname)) + "\n"
            (folder / name(match[1])).write_text(text, encoding="utf-8")
    wheel.build(folder, course, topic(app))


def buttons(app: Sphinx, pagename: str, template: str, context: dict, doctree: Any) -> None:
    """Let the buttons of a chapter give and launch its notebook; other pages have no source."""
    chapter = CHAPTER.match(pagename)
    groups = context.get("header_buttons", [])
    for group in list(groups):
        if group.get("label") == "download-buttons":
            kept = [b for b in group["buttons"] if b["label"] == "download-pdf-button"]
            group["buttons"] = ([download(chapter[1], context)] if chapter else []) + kept
        if group.get("label") == "launch-buttons":
            if not chapter:
                groups.remove(group)
            for button in group["buttons"]:
                button["url"] = button["url"].replace(
                    f"{pagename}.md", f"notebooks/{name(chapter[1])}" if chapter else ""
                )


def download(chapter: str, context: dict) -> dict[str, str]:
    """The button that downloads a chapter's notebook."""
    return {
        "type": "link",
        "url": context["pathto"](f"notebooks/{name(chapter)}", 1),
        "text": ".ipynb",
        "icon": "fas fa-code",
        "tooltip": "Download this chapter as a notebook",
        "label": "download-notebook-button",
    }


def launch_only_with_repository(app: Sphinx, config: Any) -> None:
    """Without a repository there is nothing to launch from."""
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options.pop("launch_buttons", None)


def setup(app: Sphinx) -> None:
    """Register what this module adds to Sphinx."""
    app.add_node(interactive, html=(visit_interactive, lambda writer, node: None))
    app.add_directive("interactive", Interactive)
    app.connect("config-inited", launch_only_with_repository)
    app.connect("html-page-context", buttons, priority=502)
    app.connect("build-finished", write)
