"""Runs of many sizes on many amounts of text: ours, and published ones."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from minillm.corpus import DATA


def load(
    series: str = "storyland", seed: int | None = 0
) -> list[dict[str, Any]]:
    """The runs of the course's sweep, `data/results/scaling.json`.

    A run has N parameters, `N_embedding` of them in the embedding, D tokens,
    `unique` of them different, `bytes`, `flops`, and the `loss` on the test
    texts in nats per token, also as `bits_per_byte`. A series is "storyland",
    "austen" or "tune", the search for the learning rate. Some cells were
    trained with more seeds than 0: `seed` None gives them all. Raises
    `ValueError` on another series.
    """
    runs = [
        run
        for run in stored()["runs"]
        if run["series"] == series and seed in (None, run["seed"])
    ]
    if not runs:
        raise ValueError(f"no runs of {series!r}: storyland, austen or tune")
    return runs


def stored() -> dict[str, Any]:
    """The whole file: `runs`, the world's own score of the test stories as
    `floor`, and in `about` where all of it comes from.
    """
    path = DATA / "results" / "scaling.json"
    return json.loads(path.read_text(encoding="utf-8"))


def columns(runs: list[dict[str, Any]], *names: str) -> tuple[np.ndarray, ...]:
    """The numbers of R runs as arrays (R,) of floats, one for each name."""
    return tuple(np.array([float(run[x]) for run in runs]) for x in names)


def check_runs(N: np.ndarray, D: np.ndarray, loss: np.ndarray) -> None:
    """Raise `ValueError` that names the first run (of R) whose N, D or loss
    is not a finite number above 0, and where there are fewer than five runs.
    """
    rows = np.stack([N, D, loss], axis=1).astype(np.float64)
    bad = np.flatnonzero(~(np.isfinite(rows) & (rows > 0)).all(1))
    if len(bad):
        raise ValueError(
            f"run {bad[0]} has N, D, loss = {rows[bad[0]].tolist()}"
        )
    if len(rows) < 5:
        raise ValueError(f"five constants need five runs, not {len(rows)}")


def load_points(
    path: str | Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """N, D and loss (R,) from a CSV file with a line of names on top.

    The columns are called N, D and loss, or as in the file of Besiroglu et
    al. 2024: "Model Size", "Training FLOP" and "loss", where D = C / 6N. Rows
    without a loss are left out. Raises `ValueError` that names what is
    missing, and on runs that `check_runs` refuses.
    """
    with open(path, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("loss")]
    names = set(rows[0]) if rows else set()
    if {"N", "D"} <= names:
        N, D = (np.array([float(row[x]) for row in rows]) for x in "ND")
    elif {"Model Size", "Training FLOP"} <= names:
        N = np.array([float(row["Model Size"]) for row in rows])
        C = np.array([float(row["Training FLOP"]) for row in rows])
        D = C / (6 * N)
    else:
        raise ValueError(
            f"{str(path)!r} needs the columns N, D, loss or 'Model Size', "
            f"'Training FLOP', loss; it has {sorted(names)}"
        )
    loss = np.array([float(row["loss"]) for row in rows])
    check_runs(N, D, loss)
    return N, D, loss
