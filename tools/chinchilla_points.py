"""Fit the published points of chapter 11: `python -m tools.chinchilla_points FILE`, a few minutes.

FILE is `svg_extracted_data.csv`, the points that Besiroglu et al. 2024 read out of a figure of
Hoffmann et al. 2022. They publish it at https://github.com/epoch-research/analyzing-chinchilla, in
the folder `data`; it is no part of this repository. What comes out is written to
`data/results/chinchilla_points.json`: the fit of all points and of all but five, how well the
published constants fit the same points, and intervals by the bootstrap.
"""

import argparse
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from minillm.corpus import DATA
from minillm.laws import PRINTED, REFIT, SOURCE, Chinchilla
from minillm.scaling import (
    bootstrap,
    chinchilla_loss,
    fit,
    grid,
    law_of,
    objective,
    optimum,
    tensors,
)
from minillm.sweep import load_points
from tools.provenance import provenance

RESULTS = DATA / "results" / "chinchilla_points.json"
BUDGET = 5.76e23  # of Chinchilla itself
LEFT_OUT, N_FITS = 5, 400  # points that Besiroglu et al. leave out; fits of the bootstrap
Points = tuple[np.ndarray, np.ndarray, np.ndarray]


def theta_of(law: Chinchilla) -> np.ndarray:
    """(ln A, ln B, ln E, a, b)."""
    return np.array([math.log(law.A), math.log(law.B), math.log(law.E), law.a, law.b])


def judged(theta: np.ndarray, points: Points) -> dict[str, Any]:
    """A law, its summed objective and its residuals on the points, in per cent."""
    law, (N, D, loss) = law_of(theta), points
    residuals = 100 * np.log(loss / chinchilla_loss(law, N, D))
    n_best, d_best = optimum(law, BUDGET)
    return {
        "theta": theta.round(6).tolist(),
        "objective": float(f"{float(objective(*tensors(theta, *points))):.6g}"),
        "residual_median": round(float(np.median(residuals)), 3),
        "residual_size": round(float(np.median(np.abs(residuals))), 3),
        "ratio": round(float(d_best / n_best), 2),
    }


def spread(theta: np.ndarray, points: Points) -> dict[str, Any]:
    """How the fit and its tokens per parameter move with the choice of the points."""
    fits = bootstrap(*points, theta, N_FITS, np.random.default_rng(0))
    laws = [law_of(row) for row in fits]
    constants = np.array([[law.E, law.A, law.B, law.a, law.b] for law in laws])
    best = [optimum(law, BUDGET) for law in laws]
    ratios = np.quantile([float(D / N) for N, D in best], [0.1, 0.5, 0.9])
    deviation = dict(zip("EABab", constants.std(axis=0).round(4).tolist(), strict=True))
    return {"n": N_FITS, "deviation": deviation, "ratio": ratios.round(2).tolist()}


def main() -> None:
    """Fit, and write what came out."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("file", type=Path)
    file = words.parse_args().file
    torch.set_num_threads(1)
    origin = provenance()
    N, D, loss = load_points(file)
    kept = np.sort(np.argsort(loss)[:-LEFT_OUT])
    every, most = (N, D, loss), (N[kept], D[kept], loss[kept])
    theta = fit(*most, grid())
    laws = {"ours": theta} | {
        name: theta_of(law)
        for name, law in (("refitted", REFIT), ("source", SOURCE), ("printed", PRINTED))
    }
    content = {
        "about": origin
        | {"seed": 0, "file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
        "n_points": len(N),
        "left_out": {
            "n": LEFT_OUT,
            "lowest_loss": round(float(np.sort(loss)[-LEFT_OUT]), 3),
            "most_tokens_per_parameter": round(float(np.sort(D / N)[LEFT_OUT - 1]), 3),
            "are_the_fewest_tokens_per_parameter": sorted(np.argsort(loss)[-LEFT_OUT:].tolist())
            == sorted(np.argsort(D / N)[:LEFT_OUT].tolist()),
        },
        "all": judged(fit(*every, grid()), every),
        "without": {name: judged(row, most) for name, row in laws.items()},
        "bootstrap": spread(theta, most),
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
