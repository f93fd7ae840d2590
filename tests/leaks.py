"""Bodies of answers in whatever a class can get at: pages, notebooks, archives, indexes, data."""

import ast
import gzip
import html
import io
import json
import re
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

from repository import ROOT

SOLUTION = re.compile(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION", re.M | re.S)
WINDOW = 3  # statements in a row that give an answer away; a shorter answer counts as a whole
ARCHIVES = (".whl", ".zip")


def squeezed(text: str) -> str:
    """A text without blanks."""
    return re.sub(r"\s+", "", text)


def fragments() -> list[tuple[str, str]]:
    """What must not occur: (first line, squeezed) of each run of statements of each answer."""
    found = []
    for path in sorted((ROOT / "solutions").glob("*/*.md")):
        for body in SOLUTION.findall(path.read_text(encoding="utf-8")):
            code = textwrap.dedent(body)
            nodes = ast.parse(code).body
            for n in range(max(1, len(nodes) - WINDOW + 1)):
                first, last = nodes[n], nodes[n : n + WINDOW][-1]
                lines = code.split("\n")[first.lineno - 1 : last.end_lineno]
                found.append((f"{path.stem}: {lines[0]}", squeezed("".join(lines))))
    return found


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder as text, what is packed unpacked; fonts and pictures left out."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield from _unpacked(file.relative_to(folder).as_posix(), file.read_bytes())


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    if name.endswith(ARCHIVES):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}/{inner}", archive.read(inner))
    elif data[:2] == b"\x1f\x8b":
        yield name, gzip.decompress(data).decode("utf-8", "replace")
    elif name.endswith(".ipynb"):
        notebook = json.loads(data)
        yield name, "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    elif b"\0" not in data[:1000]:
        yield name, data.decode("utf-8", "replace").replace("\\n", "\n")


def leaks(folder: Path) -> list[tuple[str, str]]:
    """(file, first line of an answer's statements) for each answer that a folder gives away."""
    wanted, found = fragments(), []
    for name, text in texts(folder):
        if name.endswith(".html"):
            text = html.unescape(re.sub(r"<[^>]*>", "", text))
        plain = squeezed(text)
        found += [(name, key) for key, code in wanted if code in plain]
    return found
