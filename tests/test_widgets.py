"""Every figure lives in a notebook: there its module has no address, and its data come at once."""

import base64
import json

import pytest
from figure_pages import figure_pages

from minillm import figures
from minillm.figures import recurrence

TEXTS = ["the cat sat on the mat", "the dog sat", "my cat ran, the cat sat"] * 3
SMALL = {  # where the whole corpus would take its time
    "explorer": lambda: figures.explorer(TEXTS),
    "fertility": lambda: figures.fertility({"cats": TEXTS}, 280),
    "merges": lambda: figures.merges(TEXTS, 280),
    "shannon": lambda: figures.shannon(TEXTS, ["my cat ran"], ["cat ran"]),
    "smoothing": lambda: figures.smoothing(TEXTS, TEXTS, [" cat"]),
}
WITH_MODEL = ("beamtree", "heads", "knobs", "live")
# As anywidget does it: bytes arrive as a view of them, all else as JSON.
RENDER = """async ([code, json]) => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const view = (key, x) => (x?.base64 === undefined ? x : new DataView(bytes(x.base64)));
    const data = JSON.parse(json, view);
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const el = document.querySelector("main").appendChild(document.createElement("div"));
    el.id = "widget";
    await (await import(url)).default.render({ model: { get: () => data }, el });
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with figure_pages(tmp_path_factory.mktemp("pages"), []) as served:
        yield served


def as_base64(value):
    return {"base64": base64.b64encode(value).decode()}


@pytest.mark.parametrize("name", sorted({*figures.__all__} - {"quiz"}))
def test_a_figure_lives_in_a_notebook(visit_at, address, monkeypatch, name):
    monkeypatch.setattr(recurrence, "austen_texts", lambda split: ['"Well," she said. ' * 3])
    widget = SMALL.get(name, getattr(figures, name))()
    visit = visit_at(address, "light.html")
    visit.page.evaluate(RENDER, [str(widget._esm), json.dumps(widget.data, default=as_base64)])
    host = visit.page.locator("#widget")
    host.locator("button, input, textarea, select").first.wait_for()
    if name == "beamtree":  # it begins with toys
        host.get_by_text("the mini-LLM", exact=True).click()
    if name in WITH_MODEL:
        host.get_by_role("button", name="Load the model").click()
        host.get_by_role("button", name="Load the model").wait_for(state="detached")
        host.locator("svg, textarea, [role=slider], input").first.wait_for()
    assert "could not be loaded" not in host.inner_text()
    assert visit.errors == []
    visit.page.close()
