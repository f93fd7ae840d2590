"""Where training overtakes counting: `python -m tools.compute` draws the stored runs.

It writes `benchmarks/results/compute.svg`, bits per byte against training FLOPs, and `compute.md`,
from what is in data/results.
"""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt

from minillm import ladder, log
from minillm.ladder import Rung

FOLDER = Path(__file__).parents[1] / "benchmarks" / "results"
TEXT = """# Bits per byte against compute

Validations while the mini-LLM was trained on Austen, and the best model that counts:
{counting}, {bits:.3f} bits per byte of the validation text. Made by `python -m tools.compute` from
`data/results`, where dates, hardware and commits are.

![Bits per byte of the validation text against training FLOPs](compute.svg)

| model | FLOPs | seconds | best | below counting from | seconds then |
|:--|--:|--:|--:|--:|--:|
{rows}
"""


def best_of_counting(rungs: list[Rung]) -> Rung:
    """The n-gram model that needs the fewest bits on the validation text."""
    return min((r for r in rungs if "Kneser-Ney" in r.model), key=lambda rung: rung.valid)


def row(model: str, points: list[log.Entry], bits: float) -> str:
    """One run in the table: what it spent and reached, and when it needed fewer than `bits`."""
    last, best = points[-1], min(point["valid"] for point in points)
    below = next((point for point in points if point["valid"] < bits), None)
    then = f"{below['flops']:.1e} | {below['seconds']:.0f}" if below else "never |"
    return f"| {model} | {last['flops']:.1e} | {last['seconds']:.0f} | {best:.3f} | {then} |"


def text(curves: Mapping[str, list[log.Entry]], counting: Rung) -> str:
    """The page that goes with the picture."""
    rows = (row(model, points, counting.valid) for model, points in curves.items())
    return TEXT.format(counting=counting.model, bits=counting.valid, rows="\n".join(rows))


def draw(curves: Mapping[str, list[log.Entry]], counting: Rung, file: Path) -> None:
    """The picture, the same to the byte each time."""
    with plt.rc_context({"svg.hashsalt": "compute"}):
        figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
        log.plot_compute(curves, {f"counting: {counting.model}": counting.valid}, ax)
        figure.savefig(file, metadata={"Date": None})
        plt.close(figure)


def main() -> None:
    """Draw the picture and write the page."""
    curves, counting = ladder.curves(), best_of_counting(ladder.load())
    draw(curves, counting, FOLDER / "compute.svg")
    (FOLDER / "compute.md").write_text(text(curves, counting))


if __name__ == "__main__":
    main()
