"""Figures of chapter 9: optimizers on a ravine, schedules, costs of a run."""

import json
from typing import Any

from minillm.corpus import DATA
from minillm.figures.widget import Figure, to_json


def ravine() -> Figure:
    """Four optimizers go down the same ravine."""
    return Figure("ravine")


def schedule() -> Figure:
    """A schedule of your own, and the nearest of the stored runs."""
    return Figure("schedule", schedules_data())


def budget() -> Figure:
    """Parameters, FLOPs, minutes and memory of a run."""
    return Figure("budget")


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {"schedules.json": to_json(schedules_data())}


def schedules_data() -> dict[str, Any]:
    """The stored runs: schedule, training losses, the last validation.

    What a run does not say is `tools.training.Job`'s own setting.
    """
    file = DATA / "results" / "training.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["schedules"]["runs"]
    return {
        "n_steps": runs[0]["n_steps"],
        "runs": [
            {
                "shape": run.get("schedule", "cosine"),
                "peak": run.get("lr", 5e-3),
                "warmup": run.get("n_warmup", 30),
                "floor": run.get("floor", 0.1),
                "train": run["train"],
                "last": run["valid"][-1][0],
                "end": run["valid"][-1][1],
            }
            for run in runs
        ],
    }
