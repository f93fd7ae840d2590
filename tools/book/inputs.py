"""What a page's cells read beside their own text, found in their code without running it.

`inputs(page, course)` are the modules of the library that the cells import, the modules that these
import, and the data that any of them names: a string such as "austen" or "data/austen" stands for
the folder of that name below `data/`. A module that reads data but names none of it reads it all.
The front ends of figures do not count: no output of a cell on a page holds them.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import jupytext

LIBRARY = "minillm"


def inputs(page: Path, course: Path) -> list[Path]:
    """The files that the cells of a page read, sorted; none for a page without cells."""
    code = cells(page)
    if not code:
        return []
    trees = [tree(source) for source in code]
    modules = _closure(trees, course)
    texts = [*trees, *(tree(module.read_text(encoding="utf-8")) for module in modules)]
    styles = (course / LIBRARY).glob("*.mplstyle")
    return sorted({*modules, *styles, *(f for text in texts for f in _data(text, course))})


def digest(page: Path, course: Path) -> str:
    """A hash of what the cells of a page read: names and contents."""
    found = hashlib.sha256()
    for file in inputs(page, course):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        found.update(f"{file.relative_to(course).as_posix()} {content}\n".encode())
    return found.hexdigest()


def needs(page: Path, course: Path, package: str) -> bool:
    """Whether the cells of a page import a package, by themselves or through the library."""
    trees = [tree(source) for source in cells(page)]
    modules = _closure(trees, course)
    trees += [tree(module.read_text(encoding="utf-8")) for module in modules]
    return any(name.split(".")[0] == package for t in trees for name in _imported(t))


def cells(page: Path) -> list[str]:
    """The code of a page's cells; none where it is no notebook."""
    text = page.read_text(encoding="utf-8")
    if not re.match(r"---\n.*?^kernelspec:.*?^---\n", text, re.MULTILINE | re.DOTALL):
        return []
    notebook = jupytext.reads(text, "md:myst" if page.suffix == ".md" else page.suffix[1:])
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@cache
def tree(source: str) -> ast.Module:
    """The syntax tree of a cell or a module; magic commands of a cell are left out."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def _closure(trees: Iterable[ast.Module], course: Path) -> list[Path]:
    """The modules of the library that are imported, by the trees or by one another."""
    found: set[Path] = set()
    waiting = [name for t in trees for name in _imported(t)]
    while waiting:
        for file in _files(waiting.pop(), course):
            if file not in found:
                found.add(file)
                waiting += _imported(tree(file.read_text(encoding="utf-8")))
    return sorted(found)


def _files(name: str, course: Path) -> Iterator[Path]:
    """The files that importing `minillm.ngram.pad` runs: those of the package and the module."""
    parts = name.split(".")
    if parts[0] != LIBRARY:
        return
    for n in range(1, len(parts) + 1):
        place = course.joinpath(*parts[:n])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield file


def _imported(code: ast.Module) -> Iterator[str]:
    """Dotted names that are imported anywhere in a syntax tree."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _data(code: ast.Module, course: Path) -> Iterator[Path]:
    """The data files that a syntax tree names, or all where it reads some and names none."""
    strings = [n.value for n in ast.walk(code) if isinstance(n, ast.Constant)]
    parts = {part for s in strings if isinstance(s, str) for part in s.split("/")}
    entries = list((course / "data").glob("*"))
    named = [entry for entry in entries if entry.name in parts]
    for entry in named or (entries if _reads_data(code) else []):
        yield from (f for f in sorted([entry, *entry.rglob("*")]) if f.is_file())


def _reads_data(code: ast.Module) -> bool:
    """Whether a path to data is put together: `DATA / name`, `COURSE / "data" / name`."""
    for node in ast.walk(code):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            match node.left:
                case ast.Name("DATA"):
                    return True
                case ast.BinOp(ast.Name("COURSE"), ast.Div(), ast.Constant("data")):
                    return True
    return False
