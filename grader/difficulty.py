"""How hard each problem was, and whether it tells strong submissions from weak ones.

- *Difficulty*: the mean share of the problem's points (1: everybody has all of them).
- *Discrimination*: the correlation r of a problem's points with the points of all other problems
  (corrected item-total correlation). Below 0.2, or negative, look at the problem's checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import correlation, mean
from typing import Any

LEAST_STUDENTS = 20  # fewer say nothing about discrimination
WEAK = 0.2
Points = Mapping[str, float | None]  # by problem; None: a person has to mark


@dataclass(frozen=True)
class Item:
    """What a class made of one problem."""

    problem: str
    maximum: float
    n: int  # submissions whose points are known
    waiting: int  # for a person
    mean_share: float | None  # None: nobody's points are known
    full: float | None  # share of submissions with all points
    correlation: float | None  # None: too few submissions, or all have the same points

    @property
    def remark(self) -> str:
        """What an instructor should look at; "" for nothing."""
        if self.waiting:
            return f"{self.waiting} wait to be marked"
        if self.correlation is not None and self.correlation < 0:
            return "the stronger ones lose it: is the check right?"
        if self.correlation is not None and self.correlation < WEAK:
            return "hardly tells strong from weak"
        return "nobody has points" if self.mean_share == 0 else ""


def items(points: Mapping[str, Points], maxima: Mapping[str, float]) -> list[Item]:
    """The items of a class: `points` by student and problem."""
    rows = list(points.values())
    # What waits for a person counts for nobody.
    settled = [name for name in maxima if all(row.get(name) is not None for row in rows)]
    return [_item(name, maximum, rows, settled) for name, maximum in maxima.items()]


def _item(name: str, maximum: float, rows: list[Points], settled: list[str]) -> Item:
    known = [(row[name] or 0.0, row) for row in rows if row.get(name) is not None]
    mine = [points / maximum for points, _ in known]
    rest = [sum(row[other] or 0.0 for other in settled if other != name) for _, row in known]
    return Item(
        name,
        maximum,
        len(mine),
        len(rows) - len(mine),
        mean(mine) if mine else None,
        sum(share >= 1 for share in mine) / len(mine) if mine else None,
        _correlation(mine, rest) if len(mine) >= LEAST_STUDENTS else None,
    )


def _correlation(mine: list[float], rest: list[float]) -> float | None:
    """Pearson's r, which is the point-biserial one where points are all or nothing."""
    return correlation(mine, rest) if len({*mine}) > 1 and len({*rest}) > 1 else None


def table(found: list[Item]) -> list[str]:
    """The items as lines of text."""
    width = max([len(item.problem) for item in found] + [7])
    lines = [f"  {'problem':{width}}  points  mean  full  r"]
    for item in found:
        shares = "  ".join(_text(x, "4.0%") for x in (item.mean_share, item.full))
        r = _text(item.correlation, "5.2f")
        row = f"  {item.problem:{width}}  {item.maximum:6g}  {shares}  {r}  {item.remark}"
        lines.append(row.rstrip())
    n = max([item.n for item in found], default=0)
    return lines + [f"  n = {n}: r is shown from {LEAST_STUDENTS} on"] * (n < LEAST_STUDENTS)


def _text(value: float | None, form: str) -> str:
    return f"{'-':>{form[0]}}" if value is None else format(value, form)


def as_json(item: Item) -> dict[str, Any]:
    """Plain data of an item."""
    return {**vars(item), "remark": item.remark}
