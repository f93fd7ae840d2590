"""What the benchmarks share: contestants take turns, a table, a line about the machine."""

import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

Figures = dict[str, float]  # what one process measured of itself


def best_seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """The fastest of a few runs in one process: the later ones find memory and caches warm."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@dataclass
class Contestant:
    """A program to measure; each turn adds its figures and its peak memory in MB."""

    name: str
    take_turn: Callable[[], tuple[Figures, float]]
    n_turns: int
    figures: list[Figures] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def values(self, figure: str) -> list[float]:
        """One figure of every turn."""
        return [figures[figure] for figures in self.figures]


def compete(contestants: list[Contestant]) -> list[Contestant]:
    """Give everyone their turns, one each per round."""
    for turn in range(max(contestant.n_turns for contestant in contestants)):
        for contestant in contestants:
            if turn < contestant.n_turns:
                figures, megabytes = contestant.take_turn()
                contestant.figures.append(figures)
                contestant.megabytes.append(megabytes)
    return contestants


def run(command: list[str]) -> tuple[str, float, float]:
    """Standard output, seconds and peak MB of a process. Raises `RuntimeError` where it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{errors.read()}")
    return out, seconds, usage.ru_maxrss / 1024


def table(contestants: list[Contestant]) -> list[str]:
    """Median and range of every figure, and how many times the first contestant's first it is."""
    first = contestants[0].values(next(iter(contestants[0].figures[0])))
    rows = [
        "| | median | range | turns | ratio to the first | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for contestant in contestants:
        for figure in contestant.figures[0]:
            values = contestant.values(figure)
            cells = (
                f"{contestant.name}, {figure}",
                show(statistics.median(values)),
                f"{show(min(values))} to {show(max(values))}",
                str(len(values)),
                f"{ratio(values, first):.3g}",
                f"{statistics.median(contestant.megabytes):.0f}",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return rows


def ratio(values: list[float], first: list[float]) -> float:
    """The median, over the rounds that both took part in, of the ratio within the round."""
    return statistics.median(a / b for a, b in zip(values, first, strict=False))


def show(value: float) -> str:
    """Seconds with two decimals, words per second without."""
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def machine(*packages: str, also: Sequence[str] = ()) -> str:
    """Date, processor, versions and what else runs, in one line."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next(line for line in info if line.startswith("model name"))
    versions = [f"{name} {version(name)}" for name in packages]
    return (
        f"{date.today()}; {os.cpu_count()} cores, {cpu.partition(': ')[2].strip()}; "
        f"Python {platform.python_version()}, {', '.join([*versions, *also])}; "
        f"load average {os.getloadavg()[0]:.1f} at the start."
    )


def keep(lines: Sequence[str], out: Path | None) -> None:
    """Print a report, and write it into the file `out` where there is one."""
    text = "\n".join(lines)
    print(text)
    if out:
        out.parent.mkdir(exist_ok=True)
        out.write_text(f"{text}\n", encoding="utf-8")
