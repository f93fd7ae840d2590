"""Near-identical submissions: which students share code that is unusual in their class.

Each submission becomes a set of fingerprints: hashes of runs of K tokens, of which one in every
window of W is kept (winnowing: Schleimer, Wilkerson, Aiken 2003), so that every common run of
K + W - 1 tokens is found. Names of variables, comments, docstrings and layout do not count, nor
does the order of cells. What the release gives, and what the solution and its right variants
hold, is taken out; the rest weighs log2(n / number of submissions that have it) bits.

A submission is also compared with the solution and with the code on the chapter's page, the
release taken out: whoever has nearly nothing else may have it from there.

A pair's share is the weight that both have over the weight of the one that has less. It is a
reason to look at two submissions side by side, no proof.
"""

import builtins
import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from grader.authoring.assignment import cells, grade_id, read
from grader.authoring.variants import right, submission, untouched
from grader.course import Course
from grader.student_code import StudentCode, answers, of_notebook

K = 9  # tokens in a fingerprint
W = 4  # fingerprints of which one is kept
LEAST_SHARED = 20  # fingerprints in common: about four lines of unusual code
COMMON = 0.1  # of the class: what more students wrote is usual
SMALL_GROUP = 6  # students who may have copied from each other, however small the class
MOST_STUDENTS = 200  # who may share a fingerprint; more would make it slow
ALIKE = 0.8  # of an answer's fingerprints: that answer is alike
SAME = 0.7  # of a submission's fingerprints: it comes from one place; honest work has 0.4 at most
LONGEST_CELL = 100_000  # characters that are compared

TOKEN = re.compile(
    r"(?P<skip>#[^\n]*|[rbuf]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"))"
    r"|(?P<text>[rbuf]{0,2}(?:'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<name>\.?[^\W\d]\w*)"
    r"|(?P<sign>\*\*|//|->|:=|[<>=!+*/%&|^@-]=|[^\w\s])",
    re.DOTALL | re.IGNORECASE,
)
KNOWN_NAMES = {*keyword.kwlist, *dir(builtins)}
NONE = np.zeros(0, np.uint64)
FACTORS = np.uint64(0x9E3779B97F4A7C15) ** np.arange(1, K + 1, dtype=np.uint64)


@dataclass(frozen=True)
class Pair:
    """Two submissions that share unusual code."""

    students: tuple[str, str]
    share: float  # of the lighter one's weight, 0 to 1
    shared: int  # fingerprints
    alike: list[str]  # ids of answers that are nearly the same


@dataclass
class Similarity:
    """What the comparison of a class found."""

    n: int
    pairs: list[Pair] = field(default_factory=list)  # most alike first
    known: list[Pair] = field(default_factory=list)  # a student and what is no submission

    def __str__(self) -> str:
        """The pairs, a line each."""
        lines = [f"Near-identical submissions: none among {self.n}"]
        if self.pairs or self.known:
            lines = [f"Near-identical submissions among {self.n}; compare them side by side:"]
        for pair in [*self.pairs, *self.known]:
            first, second = pair.students
            alike = ", ".join(pair.alike) or "parts of answers"
            lines.append(f"  {pair.share:4.0%}  {first}  {second}  {alike}")
        return "\n".join(lines)


def least_share(n: int) -> float:
    """The share from which a pair among `n` is shown: among more pairs chance finds more.

    Independent rewritings of a dozen solutions reached 0.46 among 12, 0.54 among 30, 0.72 among 200
    and 0.80 among 1,000; renamed and reordered copies of one 0.97 and more.
    """
    return min(0.9, 0.34 + 0.18 * math.log10(max(n, 10)))


def similar(course: Course, assignment: str) -> Similarity:
    """Compare all submissions to an assignment."""
    source = course.source(assignment)
    release, solution = (of_notebook("", each(source)) for each in (untouched, submission))
    parts = {grade_id(cell) for cell in cells(submission(source), "answer")}
    known = [StudentCode("", {v.problem: v.source}) for v in right(source) if v.problem in parts]
    sources = {"(the solution)": solution}
    page = course.root / "book" / source.name
    if page.is_file():
        sources["(the page)"] = of_notebook("", read(page))
    everything = list(answers(course, assignment))
    found = compare(everything, [release, solution, *known])
    found.known = from_elsewhere(everything, release, sources)
    return found


def from_elsewhere(
    submissions: list[StudentCode], release: StudentCode, sources: Mapping[str, StudentCode]
) -> list[Pair]:
    """Submissions that hold little else than what the release and one of `sources` hold."""
    usual, found = prints([release]), []
    for name, source in sources.items():
        theirs = prints([source], usual)
        for each in submissions:
            mine = prints([each], usual)
            shared = len(np.intersect1d(mine, theirs))
            if shared >= max(LEAST_SHARED, SAME * len(mine)):
                share = round(shared / len(mine), 3)
                found.append(Pair((each.student, name), share, shared, _alike(each, source, usual)))
    return sorted(found, key=lambda pair: (-pair.share, pair.students))


def compare(submissions: list[StudentCode], known: Iterable[StudentCode] = ()) -> Similarity:
    """Compare submissions; what is in `known` belongs to nobody."""
    usual, pairs = prints(known), []
    for i, j, share, shared in _pairs([prints([each], usual) for each in submissions]):
        one, other = submissions[i], submissions[j]
        students = one.student, other.student
        pairs.append(Pair(students, round(share, 3), shared, _alike(one, other, usual)))
    return Similarity(len(submissions), sorted(pairs, key=lambda p: (-p.share, p.students)))


def prints(works: Iterable[StudentCode], usual: np.ndarray = NONE) -> np.ndarray:
    """The fingerprints of all cells of some work, without the usual ones, sorted."""
    texts = [text for each in works for text in (*each.cells.values(), *each.own)]
    found = np.unique(np.concatenate([NONE, *map(fingerprints, texts)]))
    return np.setdiff1d(found, usual, assume_unique=True)


@lru_cache(maxsize=65536)  # the same text stands in many submissions
def fingerprints(source: str) -> np.ndarray:
    """The fingerprints of a cell, sorted."""
    codes = np.array(
        [crc32(token.encode("utf-8", "replace")) for token in tokens(source)], np.uint64
    )
    if len(codes) < K:
        return NONE
    # Mixed once more, so that the least in a window is any of them with the same chance.
    hashes = (sliding_window_view(codes, K) * FACTORS).sum(1, dtype=np.uint64)
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    windows = sliding_window_view(hashes, min(W, len(hashes)))
    return np.unique(windows.min(1))


def tokens(source: str) -> list[str]:
    """The tokens of Python source; any name that is a student's to choose is `name`.

    >>> tokens("total = np.sum(x)  # all of it")
    ['name', '=', 'name', '.sum', '(', 'name', ')']
    """
    found = []
    for match in TOKEN.finditer(source[:LONGEST_CELL]):
        kind, token = match.lastgroup, match[0]
        if kind == "text":
            found.append("text")
        elif kind == "name" and token[0] != "." and token not in KNOWN_NAMES:
            found.append("name")
        elif kind != "skip":
            found.append(token)
    return found


def _pairs(sets: list[np.ndarray]) -> list[tuple[int, int, float, int]]:
    """Pairs of submissions that share much, found by way of the fingerprints that few have."""
    n = len(sets)
    values, places = np.unique(np.concatenate([NONE, *sets]), return_inverse=True)
    owner = np.repeat(np.arange(n), [len(each) for each in sets])
    counts = np.bincount(places, minlength=len(values))
    most = min(MOST_STUDENTS, max(SMALL_GROUP, round(COMMON * n)))
    bits = np.where(counts <= most, np.log2((n + 1) / np.maximum(counts, 1)), 0.0)
    weight = np.bincount(owner, bits[places], minlength=n)
    order = np.argsort(places, kind="stable")
    starts = np.cumsum(counts) - counts
    ends = np.cumsum([len(each) for each in sets])
    found = []
    for i, end in enumerate(ends):
        mine = places[end - len(sets[i]) : end]
        mine = mine[(counts[mine] > 1) & (counts[mine] <= most)]
        if len(mine) < LEAST_SHARED:
            continue
        others = owner[np.concatenate([order[starts[p] : starts[p] + counts[p]] for p in mine])]
        number = np.bincount(others, minlength=n)
        common = np.bincount(others, np.repeat(bits[mine], counts[mine]), minlength=n)
        share = common / np.maximum(np.minimum(weight[i], weight), 1e-9)
        for j in np.flatnonzero((share >= least_share(n)) & (number >= LEAST_SHARED)):
            if j > i:
                found.append((i, int(j), float(share[j]), int(number[j])))
    return found


def _alike(one: StudentCode, other: StudentCode, usual: np.ndarray) -> list[str]:
    """Ids of the answers that are nearly the same in both."""
    alike = []
    for name in one.cells.keys() & other.cells.keys():
        mine, theirs = (np.setdiff1d(fingerprints(w.cells[name]), usual) for w in (one, other))
        both = np.intersect1d(mine, theirs)
        if len(both) >= ALIKE * max(len(mine), len(theirs), 1):
            alike.append(name)
    return sorted(alike, key=list(one.cells).index)
