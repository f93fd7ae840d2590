"""Fit the sweep of chapter 11: `python -m tools.scaling_fits`, some minutes on one core.

Reads `data/results/scaling.json` and writes `data/results/11_scaling_laws.json`: the law of all
runs but the largest, what it says of that one, and fits by the bootstrap for the chapter's figure,
from all runs and from those up to some budget.
"""

import json
from typing import Any

import numpy as np
import torch

from minillm.corpus import DATA
from minillm.scaling import bootstrap, chinchilla_loss, fit, grid, law_of, predict
from minillm.sweep import columns, load
from tools.provenance import provenance

RESULTS = DATA / "results" / "11_scaling_laws.json"
N_FITS = {0: 400, 1: 150, 2: 150, 3: 150}  # budgets left out, the largest first: fits


def ordered() -> list[dict[str, Any]]:
    """The runs of Storyland with seed 0, by compute, then by size; the last one is held out."""
    return sorted(load(), key=lambda run: (round(np.log2(run["N"] * run["D"]), 1), run["N"]))


def pool(runs: list[dict[str, Any]], n: int, seed: int) -> dict[str, Any]:
    """The fit of some runs, and n fits of runs that are drawn from them."""
    N, D, loss = columns(runs, "N", "D", "loss")
    theta = fit(N, D, loss, grid())
    rng = np.random.default_rng(seed)
    drawn = np.random.default_rng(seed).integers(len(N), size=(n, len(N)))  # the same draws
    fits = bootstrap(N, D, loss, theta, n, rng)
    return {
        "n_runs": len(runs),
        "theta": theta.round(6).tolist(),
        "fits": fits.round(5).tolist(),
        "drawn": [sorted({int(i) for i in row}) for row in drawn],
    }


def forecast(first: dict[str, Any], new: dict[str, Any]) -> dict[str, float]:
    """What the fit of the other runs says of the one that was held out."""
    fits = np.array(first["fits"])
    low, high = predict(fits, new["N"], new["D"])
    middle = chinchilla_loss(law_of(np.array(first["theta"])), new["N"], new["D"])
    values = {"loss": middle, "low": low, "high": high, "measured": new["loss"]}
    return {name: round(float(value), 5) for name, value in values.items()}


def main() -> None:
    """Fit, and write what came out."""
    origin = provenance()
    torch.set_num_threads(1)
    *runs, held_out = ordered()
    budgets = sorted({round(np.log2(run["N"] * run["D"]), 1) for run in runs})
    pools = []
    for left_out, n in N_FITS.items():
        most = budgets[-1 - left_out]
        kept = [run for run in runs if round(np.log2(run["N"] * run["D"]), 1) <= most]
        pools.append(pool(kept, n, left_out))
        print(pools[-1]["n_runs"], law_of(np.array(pools[-1]["theta"])), flush=True)
    content = {
        "about": origin | {"seed": 0},
        "runs": [run["key"] for run in runs],
        "held_out": held_out["key"],
        "forecast": forecast(pools[0], held_out),
        "pools": pools,
    }
    RESULTS.write_text(json.dumps(content) + "\n")
    print(content["forecast"])


if __name__ == "__main__":
    main()
