"""Build the wheel of the library: what a notebook needs outside of the repository.

    python -m tools.book.wheel FOLDER            all of it
    python -m tools.book.wheel FOLDER 03_word2vec    for a class: the answers of this topic and of
                                                 later ones have no body, and say where to write it

The files that the library reads (data, figures) go into the wheel as well. The same sources give
the same bytes.
"""

import argparse
import ast
import base64
import hashlib
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.authoring.assignment import course_folder
from grader.authoring.weave import Answer
from tools.book.listing import course_answers, functions, without_bodies

LIBRARY = "minillm"
# Lower bounds, not the course's pins: a notebook server has its own versions of these.
REQUIRES = ("numpy>=2", "matplotlib>=3.8", "anywidget>=0.9", "ipython>=8")
EXTRAS = {"torch": ("torch>=2.4", "safetensors>=0.4")}
DATA = ("data/austen", "data/chinese", "data/results", "data/storyland", "data/models")
FIGURES = ("book/figures/*.js", "book/figures/*.css")
DATE = (2020, 1, 1, 0, 0, 0)  # of every file in the archive


def build(folder: Path, course: Path, topic: str | None = None) -> Path:
    """Write the wheel into a folder and return its path; answers from `topic` on have no body."""
    files = dict(library(course, topic)) | dict(course_files(course))
    name = f"{LIBRARY}-{version(course, topic)}"
    files |= {f"{name}.dist-info/{k}": v for k, v in metadata(course, topic).items()}
    record = [f"{path},sha256={_hash(data)},{len(data)}" for path, data in files.items()]
    record.append(f"{name}.dist-info/RECORD,,")
    files[f"{name}.dist-info/RECORD"] = ("\n".join(record) + "\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / wheel_name(course, topic)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return target


def wheel_name(course: Path, topic: str | None = None) -> str:
    """The name of the wheel's file."""
    return f"{LIBRARY}-{version(course, topic)}-py3-none-any.whl"


def version(course: Path, topic: str | None = None) -> str:
    """The version of the library, such as `0.1.0+topic03` for a class at topic 03."""
    number = tomllib.loads((course / "pyproject.toml").read_text())["project"]["version"]
    return f"{number}+topic{topic[:2]}" if topic else number


def library(course: Path, topic: str | None) -> Iterator[tuple[str, bytes]]:
    """The library's files by their place in the wheel, bodies taken out from `topic` on."""
    withheld = [a for a in course_answers(course) if topic is not None and a.assignment >= topic]
    for file in sorted((course / LIBRARY).rglob("*")):
        place = file.relative_to(course).as_posix()
        answers = [answer for answer in withheld if answer.file == place]
        if file.suffix == ".py":
            yield place, stripped(file.read_text(encoding="utf-8"), answers).encode()
        elif file.suffix == ".mplstyle":
            yield place, file.read_bytes()


def stripped(source: str, answers: list[Answer]) -> str:
    """A module's text in which the bodies of `answers` are one line: who is to write them."""
    where = {
        (function.lineno, function.name): answer
        for answer in answers
        for node in ast.parse(source).body
        if getattr(node, "name", None) == answer.name
        for function in functions(node, answer)
    }

    def instead(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        answer = where[function.lineno, function.name]
        place = f"problem {answer.problem} of assignment {answer.assignment}"
        return f'raise NotImplementedError("write {function.name} in {place}")'

    bodies = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.lineno, node.name) in where
    ]
    return without_bodies(source, bodies, instead)


def course_files(course: Path) -> Iterator[tuple[str, bytes]]:
    """The files that the library reads, by their place in the wheel (`minillm.places`)."""
    files = [f for folder in DATA for f in (course / folder).rglob("*") if f.is_file()]
    files += [f for pattern in FIGURES for f in course.glob(pattern)]
    for file in sorted(files):
        yield f"{LIBRARY}/course/{file.relative_to(course).as_posix()}", file.read_bytes()


def metadata(course: Path, topic: str | None) -> dict[str, bytes]:
    """The files that say what the wheel is, without the list of its files."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {LIBRARY}",
        f"Version: {version(course, topic)}",
        "Summary: The library of the course Build a Mini-LLM",
        "License: MIT",
        "Requires-Python: >=3.11",
        *(f"Requires-Dist: {requirement}" for requirement in REQUIRES),
    ]
    for extra, requirements in EXTRAS.items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {r}; extra == "{extra}"' for r in requirements]
    wheel = ["Wheel-Version: 1.0", "Generator: tools.book.wheel", "Root-Is-Purelib: true"]
    wheel.append("Tag: py3-none-any")
    return {
        "METADATA": ("\n".join(lines) + "\n").encode(),
        "WHEEL": ("\n".join(wheel) + "\n").encode(),
        "LICENSE": (course / "LICENSE").read_bytes(),
    }


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("topic", nargs="?", help="01_ngrams, or its number")
    options = parser.parse_args()
    print(build(options.folder, course_folder(), options.topic))


if __name__ == "__main__":
    main()
