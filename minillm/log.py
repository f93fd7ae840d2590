"""The log of a training run: one line of JSON per entry."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = dict[str, Any]  # has a "step", and figures that were measured there


class Log:
    """A file with one JSON object per line, which grows as a run goes on.

    A run that resumes at `step` drops the lines behind that step: they are of
    steps that it takes again. So does a last line that is cut short.
    """

    def __init__(self, path: str | Path, step: int = 0):
        self.path = Path(path)
        kept = [entry for entry in read(path) if entry["step"] <= step]
        partial = self.path.with_name(self.path.name + ".partial")
        lines = [json.dumps(entry) + "\n" for entry in kept if step > 0]
        partial.write_text("".join(lines), encoding="utf-8")
        os.replace(partial, self.path)

    def append(self, entry: Entry) -> None:
        """Add one entry at the end."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def read(path: str | Path) -> list[Entry]:
    """The entries of a log; none where there is no file.

    A last line that is cut short is left out. Raises `ValueError` where
    another line is not an entry.
    """
    path = Path(path)
    lines = (
        path.read_text(encoding="utf-8").splitlines(keepends=True)
        if (path.exists())
        else []
    )
    if lines and not lines[-1].endswith("\n"):
        lines.pop()
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            entry["step"]
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"line {number} of {str(path)!r} is no entry: {line[:60]!r}"
            ) from error
        entries.append(entry)
    return entries


def plot_compute(
    runs: Mapping[str, Iterable[Entry]],
    lines: Mapping[str, float],
    ax: "Axes",
) -> None:
    """Draw on `ax` what runs reach on validation against what they spend.

    `runs` are logs by name; training FLOPs are on a logarithmic axis. `lines`
    are other models' bits per byte by name, drawn as horizontal lines: models
    that count spend nearly nothing, and a corpus may have a known floor.
    """
    for name, entries in runs.items():
        points = [(e["flops"], e["valid"]) for e in entries if "valid" in e]
        ax.plot(*zip(*points, strict=True), marker=".", label=name)
    for i, (name, value) in enumerate(lines.items()):
        style = ("--", ":", "-.")[i % 3]
        ax.axhline(value, color="0.5", linestyle=style, label=name)
    ax.set_xscale("log")
    ax.set_xlabel("training FLOPs")
    ax.set_ylabel("bits per byte of validation text")
    ax.legend()


def plot(entries: Iterable[Entry], ax: "Axes", x: str = "step") -> None:
    """Draw bits per byte, of training and validation, against `x` on `ax`.

    `x` is the name of a figure of the entries: "step", "seconds", "flops".
    """
    entries = list(entries)
    for name, label in (("train", "training"), ("valid", "validation")):
        points = [(e[x], e[name]) for e in entries if name in e and x in e]
        if points:
            ax.plot(*zip(*points, strict=True), label=label)
    ax.set_xlabel(x)
    ax.set_ylabel("bits per byte")
    ax.legend()
