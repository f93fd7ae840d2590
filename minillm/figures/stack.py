"""Figures of chapter 7: two positions that turn, norms of deep stacks."""

import json
from typing import Any

from minillm.corpus import DATA
from minillm.figures.widget import Figure, to_json

MEASURES = ("std", "gradient", "change", "outside")


def rope() -> Figure:
    """The dials of RoPE for a vector of four channels."""
    return Figure("rope")


def norms(runs: list[dict[str, Any]] | None = None) -> Figure:
    """The norm laboratory of your runs, or of the course's."""
    return Figure("norms", norms_data() if runs is None else {"runs": runs})


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {"norms.json": to_json(norms_data())}


def norms_data() -> dict[str, Any]:
    """The runs of the laboratory: kind, depth, and each measure by block."""
    file = DATA / "results" / "07_transformer.json"
    stored = json.loads(file.read_text(encoding="utf-8"))["laboratory"]["runs"]
    names = ("kind", "depth", "seed", *MEASURES)
    return {"runs": [{name: run[name] for name in names} for run in stored]}
