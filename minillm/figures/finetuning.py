"""Figures of chapter 12: a low-rank update, and where LoRA is put."""

import json
from typing import Any

import numpy as np

from minillm.corpus import DATA
from minillm.figures.widget import Figure, to_json

RUNS = DATA / "results" / "12_finetuning.json"
WIDTH, HIDDEN, BLOCKS = 96, 384, 4  # of the gazette's model
EVERYWHERE = ("qkv", "out", "up", "down")


def lowrank() -> Figure:
    """The outer products of a low-rank update, one after the other."""
    return Figure("lowrank", lowrank_data())


def rankwhere() -> Figure:
    """Which layers, which rank: what LoRA trains, and what it learned."""
    return Figure("rankwhere", rankwhere_data())


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {
        "lowrank.json": to_json(lowrank_data()),
        "rankwhere.json": to_json(rankwhere_data()),
    }


def lowrank_data() -> dict[str, Any]:
    """A weight W (8, 12), and A (4, 12) and B (8, 4), drawn at random."""
    rng = np.random.default_rng(4)
    shapes = {"W": (8, 12), "A": (4, 12), "B": (8, 4)}
    return {
        name: rng.standard_normal(shape).round(2).tolist()
        for name, shape in shapes.items()
    }


def rankwhere_data() -> dict[str, Any]:
    """Kinds of layers with their sizes, and the stored runs."""
    measured = json.loads(RUNS.read_text())
    C, F = WIDTH, HIDDEN
    sizes = {
        "q": (C, C),
        "v": (C, C),
        "qkv": (3 * C, C),
        "out": (C, C),
        "up": (F, C),
        "down": (C, F),
    }
    runs = []
    for run in [*measured["ranks"], *measured["places"]]:
        name, r = run["name"], 4
        if name.startswith("r = "):
            name, r = "q, v", int(name[4:])
        names = EVERYWHERE if name == "everywhere" else name.split(", ")
        keys = {key: run[key] for key in ("trained", "test", "rate", "seed")}
        runs.append({"names": list(names), "r": r} | keys)
    return {
        "blocks": BLOCKS,
        "all": measured["base"]["all"],
        "layers": [
            {"name": name, "out": out, "in": n}
            for name, (out, n) in sizes.items()
        ],
        "runs": runs,
    }
