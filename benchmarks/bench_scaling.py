"""Fitting a scaling law: ours against scipy's L-BFGS-B, on the same objective and the same starts.

    python benchmarks/bench_scaling.py [--out FILE]

Both fit the course's sweep without its largest run. Ours takes the objective of all 4,500 starts at
once and polishes the ten best by torch's L-BFGS, in units of the typical run. scipy gets the same
ten starts and the same objective with its exact gradient, once as users do it, with default
settings on ln A, and once in our units and scaled. Each fit is repeated, and the turns alternate.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch
from scipy.optimize import minimize
from turns import keep, machine

from minillm.scaling import DELTA, fit, grid, objective, tensors
from minillm.sweep import columns, load

TURNS = 5


def by_scipy(
    N: np.ndarray, D: np.ndarray, loss: np.ndarray, starts: np.ndarray, scaled: bool
) -> np.ndarray:
    """The best of ten starts by scipy."""
    units = np.array([np.log(N).mean(), np.log(D).mean()]) if scaled else np.zeros(2)
    runs = tensors(N / np.exp(units[0]), D / np.exp(units[1]), loss)
    factor = 1 / DELTA if scaled else 1.0

    def value_and_slopes(point: np.ndarray) -> tuple[float, np.ndarray]:
        x = torch.tensor(point, requires_grad=True)
        value = objective(x, *runs) * factor
        value.backward()
        return float(value.detach()), x.grad.numpy()

    values = objective(*tensors(starts, N, D, loss)).numpy()
    results = []
    for i in values.argsort()[:10]:
        point = starts[i].copy()
        point[:2] -= point[3:] * units
        results.append(minimize(value_and_slopes, point, jac=True, method="L-BFGS-B"))
    point = min(results, key=lambda result: result.fun).x
    point[:2] += point[3:] * units
    return point


def main() -> None:
    """Time the three, and print or keep the report."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--out", type=Path)
    out = words.parse_args().out
    torch.set_num_threads(1)
    *runs, _ = sorted(load(), key=lambda run: run["N"] * run["D"])
    N, D, loss = columns(runs, "N", "D", "loss")
    starts = grid()
    rows: dict[str, Callable[[], np.ndarray]] = {
        "minillm.scaling.fit": lambda: fit(N, D, loss, starts),
        "scipy L-BFGS-B, defaults": lambda: by_scipy(N, D, loss, starts, False),
        "scipy L-BFGS-B, our units": lambda: by_scipy(N, D, loss, starts, True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    found = {}
    for _ in range(TURNS):
        for name, run in rows.items():
            start = time.process_time()
            theta = run()
            seconds[name].append(time.process_time() - start)
            found[name] = float(objective(*tensors(theta, N, D, loss)))
    ours = median(seconds["minillm.scaling.fit"])
    lines = [
        "# Fitting a scaling law",
        "",
        " ".join(__doc__.split("\n\n")[2].split()),
        "",
        machine("torch", "scipy"),
        "",
        f"{len(runs)} runs, {TURNS} turns, one thread, the processor's seconds.",
        "",
        "| fit | seconds, median | against ours | objective reached |",
        "|---|---:|---:|---:|",
    ]
    for name in rows:
        middle = median(seconds[name])
        lines.append(f"| {name} | {middle:.2f} | {middle / ours:.2f} | {found[name]:.6g} |")
    keep(lines, out)


if __name__ == "__main__":
    main()
