"""Scaling laws: the loss from N parameters and D tokens, fitted and used.

A run of a language model is three numbers: its parameters N, the tokens D
that it was trained on, and the loss that it reached. Training costs about
C = 6 N D floating-point operations (Kaplan et al. 2020, 2.1).

    Chinchilla   L = E + A / N^a + B / D^b
    Kaplan       L = ((Nc / N)^(aN / aD) + Dc / D)^aD

The fit is that of Hoffmann et al. 2022, approach 3, as Besiroglu et al. 2024
repeat it: theta = (ln A, ln B, ln E, a, b) minimises the sum of the Huber
losses of ln L, from the best of a grid of starts.
"""

import math
from itertools import product

import numpy as np
import torch
from torch import Tensor

from minillm.laws import Chinchilla, Kaplan
from minillm.sweep import check_runs

DELTA = 1e-3  # where the Huber loss turns from a square into a line


def chinchilla_loss(
    law: Chinchilla, N: np.ndarray | float, D: np.ndarray | float
) -> np.ndarray:
    """The loss E + A / N^a + B / D^b, in the unit of E.

    N and D are numbers or arrays that broadcast; the result has their common
    shape and is float64. Whole numbers of any size are allowed, such as
    10**26, and infinity too: its term is then 0.
    """
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return law.E + law.A * N**-law.a + law.B * D**-law.b


def kaplan_loss(
    law: Kaplan, N: np.ndarray | float, D: np.ndarray | float
) -> np.ndarray:
    """The loss ((Nc / N)^(aN / aD) + Dc / D)^aD, in nats per token.

    N and D are as in `chinchilla_loss`. With D infinite this is
    (Nc / N)^aN, with N infinite (Dc / D)^aD.
    """
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return ((law.Nc / N) ** (law.aN / law.aD) + law.Dc / D) ** law.aD


def optimum(
    law: Chinchilla, C: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """The N and D with 6 N D = C that make `chinchilla_loss` smallest.

    N = G (C / 6)^(b / (a + b)) with G = (a A / (b B))^(1 / (a + b)), and D is
    what is left of C (Hoffmann et al. 2022, equation 4). Both are float64, of
    the shape of C, and not rounded.
    """
    law_a, law_b = law.a, law.b
    G = (law_a * law.A / (law_b * law.B)) ** (1 / (law_a + law_b))
    N = G * (np.asarray(C, np.float64) / 6) ** (law_b / (law_a + law_b))
    return N, np.asarray(C, np.float64) / (6 * N)


def isoflop_minimum(N: np.ndarray, loss: np.ndarray) -> float:
    """The N at which runs of equal compute would have the smallest loss.

    That is the vertex of the parabola in ln N that fits the losses (R,) of
    runs with N (R,) parameters best. Raises `ValueError` on fewer than three
    different N, on a parabola that opens downwards or not at all, and on a
    vertex outside the N that were tried: then the minimum was not seen.
    """
    x = np.log(np.asarray(N, np.float64))
    if len(np.unique(x)) < 3:
        raise ValueError(f"a parabola needs three sizes, these are {N}")
    middle = x.mean()  # of numbers near 0, squares keep their digits
    curvature, slope, _ = np.polyfit(x - middle, loss, 2)
    rounding = 1e-12 * np.abs(loss).max()  # equal losses make no valley
    if not curvature * np.ptp(x) ** 2 > rounding:
        raise ValueError("no minimum: it is flat, or opens downwards")
    vertex = middle - slope / (2 * curvature)
    if not x.min() <= vertex <= x.max():
        raise ValueError(
            f"the minimum, {np.exp(vertex):,.5g}, lies outside the sizes "
            f"{np.min(N):,.6g} to {np.max(N):,.6g}"
        )
    return float(np.exp(vertex))


def law_of(theta: Tensor | np.ndarray) -> Chinchilla:
    """The law of theta (5,) = (ln A, ln B, ln E, a, b)."""
    log_A, log_B, log_E, a, b = (float(value) for value in theta)
    return Chinchilla(math.exp(log_E), math.exp(log_A), math.exp(log_B), a, b)


def objective(theta: Tensor, N: Tensor, D: Tensor, loss: Tensor) -> Tensor:
    """How badly theta (..., 5) fits runs with N, D and loss (R,): (...,).

    theta is (ln A, ln B, ln E, a, b) in its last axis. The residual r of a
    run is ln of the law's loss minus ln of the run's. Its Huber loss is
    r^2 / 2 where |r| is at most `DELTA`, and DELTA (|r| - DELTA / 2) beyond.
    The result is the *sum* over runs. The largest term of each law and run
    is taken out before any exponential, so it is finite for finite theta.
    """
    log_A, log_B, log_E, a, b = theta[..., None].unbind(-2)  # (..., 1)
    terms = torch.stack(
        torch.broadcast_tensors(
            log_A - a * N.log(), log_B - b * D.log(), log_E
        )
    )  # (3, ..., R)
    r = torch.logsumexp(terms, 0) - loss.log()
    return torch.nn.functional.huber_loss(
        r, torch.zeros_like(r), reduction="none", delta=DELTA
    ).sum(-1)


def grid() -> np.ndarray:
    """The 4,500 starts (4500, 5) of Hoffmann et al. 2022, D.3."""
    logs, exponents = np.arange(0, 30, 5.0), np.arange(0, 2.5, 0.5)
    axes = (logs, logs, np.arange(-1, 1.5, 0.5), exponents, exponents)
    return np.array(list(product(*axes)))


def tensors(*arrays: np.ndarray) -> list[Tensor]:
    """Arrays as float64 tensors."""
    return [torch.tensor(np.asarray(x, np.float64)) for x in arrays]


def polish(
    theta: np.ndarray, N: np.ndarray, D: np.ndarray, loss: np.ndarray
) -> tuple[np.ndarray, float]:
    """Go down from theta (5,) by L-BFGS to the next minimum of `objective`.

    Returns the theta (5,) that is reached and its value. L-BFGS builds a
    picture of the curvature from past gradients, and needs some tens of steps
    where gradient descent needs thousands.
    """
    # In units of the typical run. Else a small change of the exponent a would
    # need a large one of ln A, and the way down would be a long thin valley.
    units = np.array([np.log(N).mean(), np.log(D).mean()])
    runs = tensors(N / np.exp(units[0]), D / np.exp(units[1]), loss)
    point = np.array(theta, np.float64)
    point[:2] -= point[3:] * units
    x = torch.tensor(point, requires_grad=True)
    lbfgs = torch.optim.LBFGS([x], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        lbfgs.zero_grad()
        value = objective(x, *runs) / DELTA  # torch stops at changes of 1e-9
        value.backward()
        return value

    lbfgs.step(closure)
    point = x.detach().numpy().copy()
    point[:2] += point[3:] * units
    return point, float(objective(*tensors(point, N, D, loss)))


def fit(
    N: np.ndarray, D: np.ndarray, loss: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """The theta (5,) that minimises `objective` for R runs.

    `objective` is computed for all `starts` (G, 5) at once. The ten best of
    them (all, where there are fewer) are polished, and the best result is
    returned. Raises `ValueError` on runs that `check_runs` refuses.
    """
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    best = values.argsort()[:10].numpy()
    polished = [polish(starts[i], N, D, loss) for i in best]
    return min(polished, key=lambda pair: pair[1])[0]


def bootstrap(
    N: np.ndarray,
    D: np.ndarray,
    loss: np.ndarray,
    theta: np.ndarray,
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """How theta (5,), the fit of R runs, moves with the choice of the runs.

    Returns n fits (n, 5). For each one, R of the R runs are drawn with
    replacement, each run with its N, D and loss, and theta is polished on
    them. (From theta alone: the grid would take ten times as long.)
    """
    fits = np.empty((n, 5))
    for i in range(n):
        drawn = rng.integers(len(N), size=len(N))
        fits[i], _ = polish(theta, N[drawn], D[drawn], loss[drawn])
    return fits


def predict(
    fits: np.ndarray,
    N: np.ndarray | float,
    D: np.ndarray | float,
    share: float = 0.8,
) -> tuple[np.ndarray, np.ndarray]:
    """The interval, low and high, that holds `share` of what fits predict.

    `fits` (n, 5) are rows of theta, as `bootstrap` returns them. N and D
    broadcast. As much is left out on either side.
    """
    losses = [chinchilla_loss(law_of(theta), N, D) for theta in fits]
    edges = [(1 - share) / 2, (1 + share) / 2]
    low, high = np.quantile(np.stack(losses), edges, axis=0)
    return low, high
