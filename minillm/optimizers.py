"""Optimizers: which way and how far the weights go."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minillm.muon import Muon
from minillm.training import adamw_update

BLOCKS = ("blocks.", "encoder.")  # names between the embedding and the head


def clip_gradients(parameters: Iterable[nn.Parameter], limit: float) -> Tensor:
    """Scale all gradients by one factor so that their norm is at most `limit`.

    Returns the norm before, the root of the sum of all squares (a scalar).
    Pascanu et al. 2013, algorithm 1.

    Raises `ValueError` on a limit that is not above 0, NaN too, and where
    there is no gradient; a limit of infinity is allowed and clips nothing.
    Raises `FloatingPointError` where the norm is NaN or infinite. Then the
    gradients stay unchanged: if they were scaled, one bad number would make
    all of them bad.
    """
    if not limit > 0:
        raise ValueError(
            f"gradients are clipped to a norm above 0, not to {limit}; "
            "infinity clips nothing"
        )
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError("there is no gradient to clip: call backward first")
    norms = [torch.linalg.vector_norm(g) for g in gradients]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    # This waits for a GPU, once per step. The alternative, to go on and to
    # look later, leaves weights that nobody can repair.
    if not norm.isfinite():
        raise FloatingPointError(f"the norm of the gradient is {norm.item()}")
    # One factor for all: the direction stays. The millionth keeps a gradient
    # of 0 from 0 / 0.
    factor = (limit / (norm + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor)
    return norm


def decays(name: str, parameter: Tensor) -> bool:
    """Whether weight decay pulls on a parameter.

    It pulls on matrices, those of the token embedding included, and neither on
    biases and norms nor on the embeddings of positions and segments: those set
    where a thing lies, not how strongly one thing acts on another.
    """
    places = ("embedding.position", "embedding.segment")
    return parameter.ndim >= 2 and not name.startswith(places)


def decay_groups(
    parameters: Iterable[tuple[str, nn.Parameter]], weight_decay: float
) -> list[dict[str, Any]]:
    """Named parameters as two groups of an optimizer, with decay and without.

    A group without parameters is left out.
    """
    groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
    for name, parameter in parameters:
        groups[decays(name, parameter)].append(parameter)
    return [
        {"params": group, "weight_decay": weight_decay if pulled else 0.0}
        for pulled, group in groups.items()
        if group
    ]


class AdamW(torch.optim.Optimizer):
    """Adam with decoupled weight decay, the plain formula.

    For each parameter w with gradient g, at update t:

        m = beta1 m + (1 - beta1) g     m' = m / (1 - beta1^t)
        v = beta2 v + (1 - beta2) g²    v' = v / (1 - beta2^t)
        w = w - lr weight_decay w - lr m' / (√v' + eps)

    `torch.optim.AdamW` gives the same numbers faster. Loshchilov and Hutter
    2019, algorithm 2. Raises `ValueError` on settings that are negative or
    not finite, and on betas outside [0, 1).
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
        weight_decay: float = 0.1,
    ):
        if not (0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError(f"betas lie in [0, 1), not {betas}")
        settings = {"lr": lr, "eps": eps, "weight_decay": weight_decay}
        for name, value in settings.items():
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is 0 or more, not {value}")
        super().__init__(params, settings | {"betas": betas})

    @torch.no_grad()
    def step(  # type: ignore[override]
        self, closure: Callable[[], Tensor] | None = None
    ) -> Tensor | None:
        """Update every parameter that has a gradient.

        A `closure` computes the loss and the gradients first; its loss is
        returned.
        """
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    state = self.state[parameter]
                    if not state:
                        # In half precision a count would end at 2048.
                        state["t"] = torch.tensor(0.0, dtype=torch.float32)
                        state["m"] = torch.zeros_like(parameter)
                        state["v"] = torch.zeros_like(parameter)
                    adamw_update(parameter, parameter.grad, state, group)
        return loss


def make_optimizers(
    model: nn.Module,
    kind: str = "adamw",
    lr: float = 1e-3,
    matrix_lr: float = 0.02,
    weight_decay: float = 0.1,
    betas: tuple[float, float] = (0.9, 0.95),
) -> list[torch.optim.Optimizer]:
    """The optimizers of a model: "adamw", or "muon" with AdamW for the rest.

    Muon (Jordan et al. 2024) makes each update of a matrix nearly orthogonal.
    It takes the matrices of the blocks, at the rate `matrix_lr`; embeddings,
    head, norms and biases stay with AdamW at the rate `lr`. Each group keeps
    its peak rate as `peak`. Frozen parameters are left out. Raises
    `ValueError` on another kind, and where everything is frozen.
    """
    if kind not in ("adamw", "muon"):
        raise ValueError(f"the optimizer is 'adamw' or 'muon', not {kind!r}")
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    if not named:
        raise ValueError("no parameter is to be trained: all are frozen")
    inner = {
        name: p
        for name, p in named
        if kind == "muon" and p.ndim == 2 and name.startswith(BLOCKS)
    }
    rest = [(name, p) for name, p in named if name not in inner]
    groups = decay_groups(rest, weight_decay)
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, lr=lr, betas=betas, fused=True)
    ]
    if inner:
        optimizers.append(
            Muon(inner.values(), lr=matrix_lr, weight_decay=weight_decay)
        )
    # The schedule is a share of the peak, and each optimizer has its own.
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return optimizers


def set_rate(
    optimizers: Sequence[torch.optim.Optimizer], share: float
) -> None:
    """Set every group's learning rate to this share of its peak."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * group["peak"]


def rates(
    step: int | np.ndarray, n_steps: int, n_warmup: int, floor: float
) -> np.ndarray:
    """The share of the peak rate at a step, or at each of many, all at once.

    `training.warmup_cosine` says it step by step.
    """
    step = np.asarray(step)
    share = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    fall = floor + (1 - floor) * (1 + np.cos(np.pi * share.clip(max=1))) / 2
    return np.where(step < n_warmup, (step + 1) / max(1, n_warmup), fall)
