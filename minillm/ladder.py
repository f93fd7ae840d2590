"""The ladder: every model of the course on one yardstick."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minillm.corpus import DATA

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Rung:
    """One measured model, read from `data/results`.

    `valid` and `test` are bits per UTF-8 byte; `parameters` are the numbers
    that the model keeps; `seconds` is its training time on `hardware`; `flops`
    are those of its training, where it is trained by gradients; `commit` is
    the state of the repository that was measured.
    """

    model: str
    topic: str
    corpus: str
    valid: float
    test: float
    parameters: int | None
    seconds: float | None
    train_bytes: int
    flops: float | None
    seed: int | None
    commit: str
    date: str
    hardware: str


def load(corpus: str = "austen", until: str = "99") -> list[Rung]:
    """The rungs of a corpus, best last: those of the topics up to `until`,
    "01_ngrams" or "09", say. Raises `ValueError` where there are none.
    """
    files = sorted((DATA / "results").glob("*_*.json"))
    stored = [json.loads(file.read_text()) for file in files]
    # A topic that measures something else keeps an object there, not a list.
    lists = [content for content in stored if isinstance(content, list)]
    rungs = [Rung(**rung) for content in lists for rung in content]
    rungs = [
        rung
        for rung in rungs
        if rung.corpus == corpus and rung.topic[:2] <= until[:2]
    ]
    if not rungs:
        raise ValueError(f"no result for corpus {corpus!r} in data/results")
    return sorted(rungs, key=lambda rung: rung.test, reverse=True)


def curves(corpus: str = "austen") -> dict[str, list[dict[str, float]]]:
    """How the trained rungs of a corpus came down, by model.

    Each point is a validation during training: `step`, `flops` and `seconds`
    spent so far, `train` and `valid` in bits per byte. Raises `ValueError`
    where there are none.
    """
    stored = json.loads((DATA / "results" / "curves.json").read_text())
    found = {c["model"]: c["points"] for c in stored if c["corpus"] == corpus}
    if not found:
        raise ValueError(f"no curve for corpus {corpus!r} in data/results")
    return found


def table(rungs: Iterable[Rung]) -> str:
    """The rungs as a table in Markdown: bits per byte, size, training time."""
    lines = [
        "| model | test | valid | numbers kept | seconds |",
        "|:--|--:|--:|--:|--:|",
    ]
    for rung in rungs:
        parameters = "" if rung.parameters is None else f"{rung.parameters:,}"
        seconds = "" if rung.seconds is None else f"{rung.seconds:.1f}"
        lines.append(
            f"| {rung.model} | {rung.test:.3f} | {rung.valid:.3f} "
            f"| {parameters} | {seconds} |"
        )
    return "\n".join(lines)


def plot(rungs: Iterable[Rung], ax: "Axes") -> None:
    """Draw the rungs on `ax`, best on top, what keeps no numbers in grey."""
    rungs = list(rungs)
    colors = ["C7" if rung.parameters is None else "C0" for rung in rungs]
    bars = ax.barh(
        [rung.model for rung in rungs],
        [rung.test for rung in rungs],
        color=colors,
    )
    ax.bar_label(bars, fmt="%.2f", padding=3)
    ax.set_xlabel("bits per byte of held-out text")
    ax.margins(x=0.12)
