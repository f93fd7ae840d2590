"""How hard each problem was, and whether it tells strong submissions from weak ones.

- *Difficulty*: the mean share of the problem's points (1: everybody has all of them).
- *Discrimination*: the correlation of a problem's points with the points of all other problems
  (corrected item-total correlation), and the mean share among the best 27 % minus that among the
  weakest 27 % (upper-lower index). Below 0.2, or negative, look at the problem's checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_STUDENTS = 20  # fewer say nothing about discrimination
TAIL = 0.27  # of the class, at either end (Kelley 1939)
WEAK = 0.2


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
    upper_lower: float | None

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


def items(
    points: Mapping[str, Mapping[str, float | None]], maxima: Mapping[str, float]
) -> list[Item]:
    """The items of a class: `points` by student and problem, None where a person has to mark."""
    table = np.array(
        [[_number(row.get(problem)) for problem in maxima] for row in points.values()]
    ).reshape(len(points), len(maxima))
    return [_item(name, maxima[name], table, column) for column, name in enumerate(maxima)]


def _number(points: float | None) -> float:
    return np.nan if points is None else points


def _item(problem: str, maximum: float, table: np.ndarray, column: int) -> Item:
    known = ~np.isnan(table[:, column])
    mine = table[known, column] / maximum
    # What waits for a person counts for nobody.
    others = np.delete(table, column, axis=1)
    rest = others[:, ~np.isnan(others).any(0)].sum(1)[known]
    enough = len(mine) >= LEAST_STUDENTS
    return Item(
        problem,
        maximum,
        len(mine),
        len(known) - len(mine),
        float(mine.mean()) if len(mine) else None,
        float((mine >= 1).mean()) if len(mine) else None,
        _correlation(mine, rest) if enough else None,
        _upper_lower(mine, rest + mine * maximum) if enough else None,
    )


def _correlation(mine: np.ndarray, rest: np.ndarray) -> float | None:
    """Pearson's r, which is the point-biserial one where points are all or nothing."""
    a, b = mine - mine.mean(), rest - rest.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 1e-12 else None


def _upper_lower(mine: np.ndarray, total: np.ndarray) -> float | None:
    if np.ptp(total) == 0:
        return None
    size = TAIL * len(total)
    upper, lower = _tail(total, size), _tail(-total, size)
    return float(mine @ upper - mine @ lower) / size


def _tail(total: np.ndarray, size: float) -> np.ndarray:
    """Weights of the `size` largest totals; equal totals share what is left equally."""
    weights = np.zeros(len(total))
    for value in np.unique(total)[::-1]:
        same = total == value
        weights[same] = min(1.0, size / same.sum())
        size -= weights[same].sum()
        if size <= 0:
            break
    return weights


def table(found: list[Item]) -> list[str]:
    """The items as lines of text."""
    width = max([len(item.problem) for item in found] + [7])
    lines = [f"  {'problem':{width}}  points  mean  full  r      upper-lower"]
    for item in found:
        shares = "  ".join(_text(x, "4.0%") for x in (item.mean_share, item.full))
        r, d = (_text(x, "5.2f") for x in (item.correlation, item.upper_lower))
        row = f"  {item.problem:{width}}  {item.maximum:6g}  {shares}  {r}  {d}  {item.remark}"
        lines.append(row.rstrip())
    n = max([item.n for item in found], default=0)
    if n < LEAST_STUDENTS:
        lines.append(
            f"  n = {n}: from {LEAST_STUDENTS} submissions on, r and upper-lower are shown"
        )
    return lines


def _text(value: float | None, form: str) -> str:
    return f"{'-':>{form[0]}}" if value is None else format(value, form)


def as_json(item: Item) -> dict[str, Any]:
    """Plain data of an item."""
    return {**vars(item), "remark": item.remark}
