"""Figures of chapter 11: the best size for a budget, and a fit of runs."""

import json
import math
from dataclasses import asdict
from typing import Any

from minillm.corpus import DATA
from minillm.figures.widget import Figure, packed, to_json
from minillm.laws import PRINTED, REFIT, SOURCE, Chinchilla
from minillm.sweep import stored

FITS = DATA / "results" / "11_scaling_laws.json"
LARGE, SMALL = (18, 26), (11, 14)  # powers of ten of sensible budgets


def isoflop(law: Chinchilla | None = None) -> Figure:
    """Equal compute under published laws, and yours or the course's."""
    return Figure("isoflop", isoflop_data(law))


def lawfit() -> Figure:
    """The course's sweep and its bootstrap fits."""
    return Figure("lawfit", lawfit_data())


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {
        "isoflop.json": to_json(isoflop_data()),
        "lawfit.json.gz": packed(lawfit_data()),
    }


def isoflop_data(law: Chinchilla | None = None) -> dict[str, Any]:
    """Four laws, each with a name and a range of budgets."""
    ours = law or our_law()
    laws = (
        ("as printed", PRINTED, LARGE),
        ("TeX source", SOURCE, LARGE),
        ("refitted", REFIT, LARGE),
        ("ours", ours, SMALL if law is None else LARGE),
    )
    return {
        "laws": [
            asdict(law) | {"name": name, "low": low, "high": high}
            for name, law, (low, high) in laws
        ]
    }


def our_law() -> Chinchilla:
    """The fit of the course's sweep without its largest run."""
    theta = json.loads(FITS.read_text())["pools"][0]["theta"]
    A, B, E = (math.exp(value) for value in theta[:3])
    return Chinchilla(E, A, B, *theta[3:])


def lawfit_data() -> dict[str, Any]:
    """The runs in the order of the fits, the one that was held out, the
    world's own score, and pools of fits with the runs that each has seen.
    """
    content, fits = stored(), json.loads(FITS.read_text())
    by_key = {run["key"]: run for run in content["runs"]}
    keys = [*fits["runs"], fits["held_out"]]
    runs = [
        {name: by_key[key][name] for name in ("N", "D", "loss")}
        for key in keys
    ]
    return {
        "runs": runs[:-1],
        "held_out": runs[-1],
        "floor": content["floor"]["loss"],
        "pools": [
            {name: pool[name] for name in ("n_runs", "fits", "drawn")}
            for pool in fits["pools"]
        ],
    }
