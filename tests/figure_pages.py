"""Small pages that hold a chapter's figures, for tests that move them in a real browser.

A file of tests names its figures in a fixture `address`:

    @pytest.fixture(scope="module")
    def address(tmp_path_factory) -> Iterator[str]:
        with figure_pages(tmp_path_factory.mktemp("pages"), NAMES, {"norms.json": data}) as served:
            yield served

and takes `open_page`, `light` and `page` from `conftest.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import PHONE, TOO_WIDE, Visit, colour_problems, serve, structure_problems
from playwright.sync_api import Page
from repository import ROOT

from minillm.figures.widget import FIGURES, Figure

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<title>Figures</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="course.css"><link rel="stylesheet" href="figures.css">
<link rel="icon" href="data:,"><script type="module" src="page.js"></script>
<style>body {{ background: var(--pst-color-background); color: var(--course-ink) }}</style></head>
<body><main class="bd-article"><h1>Figures</h1>{body}</main></body></html>"""
HOST = '<div class="figure-host" data-figure="{}"><p>This figure needs JavaScript.</p></div>'
# In which every chapter's figures are looked at: theme and width.
in_each_look = pytest.mark.parametrize(
    ("theme", "width"), [("light", 1280), ("dark", 1280), ("dark", PHONE)]
)


@contextmanager
def figure_pages(
    folder: Path, names: Sequence[str], data: Mapping[str, bytes] | None = None
) -> Iterator[str]:
    """Serve light.html and dark.html, which hold these figures; `data` are the files of theirs."""
    for file in [*FIGURES.glob("*.*s"), *(ROOT / "book" / "assets").iterdir()]:
        (folder / file.name).symlink_to(file)
    (folder / "data").mkdir()
    for name, content in (data or {}).items():
        (folder / "data" / name).write_bytes(content)
    for theme in ("light", "dark"):
        body = "".join(map(HOST.format, names))
        (folder / f"{theme}.html").write_text(PAGE.format(theme=theme, body=body))
    with serve(folder) as served:
        yield served


def drawn(visit: Visit) -> Visit:
    """The visit, once all figures of its page are drawn."""
    for host in visit.page.locator(".figure-host").all():
        host.scroll_into_view_if_needed()
    visit.page.wait_for_function("!document.querySelector('[data-figure]:not([data-ready])')")
    return visit


def call(page: Page, module: str, function: str, *arguments: object) -> object:
    """What an exported function of a figure's module returns."""
    script = f"async (a) => (await import('./{module}.js')).{function}(...a)"
    return page.evaluate(script, list(arguments))


def problems(visit: Visit) -> list:
    """What is wrong with a page of figures: errors, requests to elsewhere, structure, width."""
    found = [*visit.errors, *visit.outside, *structure_problems(visit), *colour_problems(visit)]
    return [*found, *visit.page.evaluate(TOO_WIDE)]


def stands_alone(widget: Figure) -> bool:
    """Whether a widget carries its whole module: a notebook has no files beside it."""
    return "\nimport " not in widget._esm and "export default" in widget._esm
