"""A probe and the mix of the layers that it looks at, learned together."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from minillm.elmo import Fold, ScalarMix
from minillm.states import standardised


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
