"""How a Transformer learns: its loss, the rate, the sum of many parts."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.objectives import IGNORE


def cross_entropy(
    logits: Tensor, targets: Tensor, ignore: int = IGNORE, fused: bool = True
) -> Tensor:
    """The mean surprise -log p(target) over the positions that count, nats.

    `logits` (..., V) and `targets` (...) give a scalar. Positions whose target
    is `ignore` count neither in the sum nor in the mean; the mean of none is
    0. `fused=False` is the plain formula, log of the sum of exp(z) minus z of
    the target, with the largest z taken out of the sum so that nothing
    overflows.
    """
    logits, targets = logits.flatten(0, -2).float(), targets.flatten()
    n_targets = (targets != ignore).sum().clamp(min=1)
    if fused:
        total = F.cross_entropy(
            logits, targets, ignore_index=ignore, reduction="sum"
        )
        return total / n_targets
    counts = targets != ignore
    largest = logits.max(dim=-1, keepdim=True).values  # (N, 1)
    log_sum = (logits - largest).exp().sum(dim=-1).log() + largest[:, 0]
    named = targets.where(counts, 0)[:, None]
    surprise = log_sum - logits.gather(1, named)[:, 0]  # (N,)
    return (surprise * counts).sum() / n_targets


def warmup_cosine(
    step: int, n_steps: int, n_warmup: int, floor: float = 0.1
) -> float:
    """The share of the peak learning rate at a step, from 0 to n_steps - 1.

    It rises in a straight line to 1 over the first `n_warmup` steps, the first
    of which has 1 / n_warmup, and then falls to `floor` at the last step along
    half a cosine. Loshchilov and Hutter 2017, eq. 5.

    >>> [round(warmup_cosine(step, 7, 2, 0.0), 2) for step in range(7)]
    [0.5, 1.0, 1.0, 0.85, 0.5, 0.15, 0.0]
    """
    if step < n_warmup:
        return (step + 1) / n_warmup
    share = (step - n_warmup) / max(1, n_steps - 1 - n_warmup)
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(1, share))) / 2


class Objective(nn.Module):
    """A Transformer together with its loss: what is compiled and distributed.

    The matrix product that makes the logits (B, T, V) and the loss belong
    together: nothing else ever needs all of these numbers.
    """

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean loss in nats of `targets` (B, T) after `ids` (B, T)."""
        return cross_entropy(self.model(ids), targets)


def accumulate(
    objective: Callable[[Tensor, Tensor], Tensor],
    ids: Tensor,
    targets: Tensor,
    n_parts: int,
    total: float,
) -> Tensor:
    """Add to the gradients those of a batch, worked through in parts.

    `ids` and `targets` (B, T) are cut into `n_parts` along B. Each part's mean
    loss is weighed by the targets it has, out of `total`: the sum, which is
    returned, and its gradient are those of the whole batch at once, however
    unevenly the ignored positions lie.
    """
    loss = torch.zeros((), device=ids.device)
    parts = zip(ids.chunk(n_parts), targets.chunk(n_parts), strict=True)
    for part_ids, part_targets in parts:
        weight = (part_targets != IGNORE).sum() / total
        part_loss = objective(part_ids, part_targets) * weight
        part_loss.backward()
        loss += part_loss.detach()
    return loss
