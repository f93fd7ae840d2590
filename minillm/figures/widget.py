"""What all figures share: their module, the widget around it, their data.

On a page `page.js` mounts the module; in a notebook `Figure` does.
"""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from minillm.corpus import austen
from minillm.places import COURSE

FIGURES = COURSE / "book" / "figures"
IMPORT = re.compile(r'^import [^;]* from "\./(\w+\.js)";\n', re.MULTILINE)


def front_end(name: str) -> str:
    """The text of a figure's module, imports replaced by what they import."""
    pasted: set[str] = set()  # what two modules import comes once

    def paste(match: re.Match[str]) -> str:
        if match[1] in pasted:
            return ""
        pasted.add(match[1])
        imported = (FIGURES / match[1]).read_text(encoding="utf-8")
        return IMPORT.sub(paste, imported).replace("\nexport ", "\n")

    module = (FIGURES / f"{name}.js").read_text(encoding="utf-8")
    return IMPORT.sub(paste, module)


class Figure(anywidget.AnyWidget):
    """A figure of the book in a notebook: its module mounts `data`."""

    _css = (FIGURES / "figures.css").read_text(encoding="utf-8")
    data: Any = traitlets.Any().tag(sync=True)

    def __init__(self, name: str, data: Any = None) -> None:
        self._esm = front_end(name)
        super().__init__(data=data or {})


def to_json(value: Any) -> bytes:
    """A value as compact JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def packed(value: Any) -> bytes:
    """A value as JSON for a page to unpack; equal values give equal bytes."""
    return gzip.compress(to_json(value), mtime=0)


def mounted(name: str, make: Callable[[], Any]) -> Any:
    """What the pages mount from a file of the built book, which saves a
    notebook the time to make it; what `make` returns where there is no such
    file, or where a module of the library has changed since.
    """
    file = FIGURES / "data" / name
    sources = (COURSE / "minillm").rglob("*.py")
    if not file.exists() or file.stat().st_mtime < max(
        source.stat().st_mtime for source in sources
    ):
        return make()
    content = file.read_bytes()
    is_packed = file.suffix == ".gz"
    return json.loads(gzip.decompress(content) if is_packed else content)


def austen_texts(split: Any) -> list[str]:
    """The texts of Austen's chapters in a split."""
    return [chapter.text for chapter in austen(split)]
