"""Which topics are those with which all tests of their assignment have passed.

A topic is the text of its assignment with all variants, what its cells read (modules, corpora, its
own results), and the programs that judge it. `topics.txt` keeps a digest for each topic; a run in
which all tests of assignments pass for a topic writes it, and it is committed.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from repository import ROOT

from tools.book.inputs import inputs

PASSED_WITH = Path(__file__).with_name("topics.txt")
JUDGES = ("grader/authoring/*.py", "requirements*.txt")
NO_CODE = ROOT / "minillm" / "__init__.py"  # its list of modules grows with every topic


@cache
def fingerprint(path: Path) -> str:
    """Of the topic of an assignment."""
    results = {file for file in ROOT.glob("data/results/*") if file.stem != path.stem}
    own = {path, *path.parent.glob("variants/*.py"), *inputs(path, ROOT)} - results - {NO_CODE}
    own |= {file for pattern in JUDGES for file in ROOT.glob(pattern)}
    found = hashlib.sha256()
    for file in sorted(own):
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:16]


def passed_with() -> dict[str, str]:
    """The digests that `topics.txt` keeps, by topic."""
    lines = PASSED_WITH.read_text().splitlines() if PASSED_WITH.is_file() else []
    return dict(line.split() for line in lines)


def is_unchanged(path: Path) -> bool:
    """Whether all tests of an assignment have passed with the topic as it is."""
    return passed_with().get(path.stem) == fingerprint(path)


def remember(paths: Iterable[Path]) -> None:
    """Write down that all tests of these assignments have passed."""
    found = passed_with() | {path.stem: fingerprint(path) for path in paths}
    PASSED_WITH.write_text("".join(f"{name} {found[name]}\n" for name in sorted(found)))
