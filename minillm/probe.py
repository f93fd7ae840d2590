"""Probes: what can be read off a model's vectors by a simple classifier.

A probe is trained on frozen vectors. What it finds was in the vectors, or in
the words around: so each probe needs controls, and a test that shares no
sentence with the training.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from minillm.elmo import ScalarMix
from minillm.senses import N_SIDES
from minillm.states import standardised

Fold = tuple[Tensor, Tensor]  # rows to learn from, rows to judge by


def fit_probe(X: Tensor, y: Tensor, l2: float) -> tuple[Tensor, Tensor]:
    """Logistic regression on vectors X (N, D) with labels y (N,) of 0 and 1.

    Returns w (D,) and b () in float64, for which

        mean_n -log p(y_n | x_n) + l2 / 2 * w . w,   p(1 | x) = s(w . x + b)

    with the sigmoid s is smallest; l2 > 0, and b is not held back. Raises
    `ValueError` unless both labels occur, and no other.
    """
    if set(y.tolist()) != {0, 1}:
        raise ValueError(f"labels are 0 and 1, both, not {set(y.tolist())}")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1).double()), dim=1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    wb = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(100):  # Newton's method, in steps that do not overshoot
        p = torch.sigmoid(A @ wb)
        gradient = A.T @ (p - y) / N + ridge * wb
        if gradient.abs().max() < 1e-9:
            break
        curvature = A.T @ (A * (p * (1 - p))[:, None]) / N + ridge.diag()
        step = torch.linalg.solve(curvature, gradient)
        wb -= step / max(1.0, float((A @ step).abs().max()) / 4)
    return wb[:-1], wb[-1]


def folds(left: Tensor, right: Tensor, n_out: int = 2) -> list[Fold]:
    """Ways to cut N sentences in two, so that the parts share no side.

    left (N,) and right (N,) number the beginnings and the endings of the
    sentences, 0 to 5. Each fold holds out n_out successive beginnings, 0 to
    n_out - 1 or n_out to 2 n_out - 1 and so on, and as many endings, in all
    combinations. It is a pair (train, test) of booleans (N,): `test` marks
    sentences of which both sides are held out, `train` those of which neither
    is; the others are in neither. Raises `ValueError` unless n_out divides 6.
    """
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(f"{n_out} does not divide {N_SIDES}")
    a, b = left // n_out, right // n_out  # the groups of the sides
    groups = range(N_SIDES // n_out)
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in groups
        for j in groups
    ]


def layer_accuracy(
    layers: Tensor, y: Tensor, cuts: Sequence[Fold], l2: float = 0.01
) -> Tensor:
    """How well probes tell the senses apart in each layer: (n_layers,).

    layers (n_layers, N, D) are the vectors of N sentences, y (N,) their
    labels. For each layer and each pair (train, test) of `cuts`, both parts
    are standardised by the training part, a probe is fitted to it, and judged
    by its share of right answers on the test. The result is the mean over the
    cuts.
    """
    right = torch.zeros(len(layers), len(cuts), dtype=torch.float64)
    for i, X in enumerate(layers):
        for j, (train, test) in enumerate(cuts):
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            right[i, j] = (said == (y[test] == 1)).double().mean()
    return right.mean(1)


def fit_mix(
    layers: Tensor, y: Tensor, l2: float = 0.01, n_steps: int = 100
) -> tuple[ScalarMix, Tensor, Tensor]:
    """A scalar mix of layers (n_layers, N, D) and a probe on it, w (D,), b ().

    Both are learned together, by Adam, from labels y (N,); the layers are
    frozen.
    """
    mix = ScalarMix(len(layers))
    w = torch.zeros(layers.shape[-1], requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([*mix.parameters(), w, b], lr=0.05)
    for _ in range(n_steps):
        logits = mix(layers) @ w + b
        loss = F.binary_cross_entropy_with_logits(logits, y.float())
        optimizer.zero_grad()
        (loss + l2 / 2 * w @ w).backward()
        optimizer.step()
    return mix, w.detach(), b.detach()


def mix_accuracy(
    layers: Tensor, y: Tensor, cuts: Sequence[Fold]
) -> tuple[Tensor, Tensor]:
    """As `layer_accuracy`, for a scalar mix: accuracy (), weights (n_layers,).

    The weights of the layers are the mean over the cuts.
    """
    right, weights = [], []
    for train, test in cuts:
        pairs = [standardised(X[train], X[test]) for X in layers]
        known, unknown = (
            torch.stack(rows) for rows in zip(*pairs, strict=True)
        )
        mix, w, b = fit_mix(known, y[train])
        with torch.no_grad():
            said = mix(unknown) @ w + b > 0
        right.append((said == (y[test] == 1)).double().mean())
        weights.append(mix.s.detach().softmax(0))
    return torch.stack(right).mean(), torch.stack(weights).mean(0)
