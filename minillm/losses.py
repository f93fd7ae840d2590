"""What a prediction costs: the surprise at what came, summed over parts."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from minillm.network import State, join, select
from minillm.tasks import IGNORE, Task


def cross_entropy(
    logits: Tensor, targets: Tensor, ignore: int = IGNORE
) -> Tensor:
    """The mean surprise -log p(target) over the positions that count, nats.

    `logits` (..., V) and `targets` (...) give a scalar in float32. Positions
    whose target is `ignore` count neither in the sum nor in the mean; the mean
    of none is 0. `training.cross_entropy` is the plain formula.
    """
    # In float32: a sum over V numbers of 8 or 11 bits is off by percents.
    logits, targets = logits.flatten(0, -2).float(), targets.flatten()
    n_targets = (targets != ignore).sum().clamp(min=1)
    total = F.cross_entropy(
        logits, targets, ignore_index=ignore, reduction="sum"
    )
    return total / n_targets


def accumulate(
    loss_of: Callable[[Task, State], tuple[Tensor, State]],
    task: Task,
    n_parts: int,
    total: float,
    state: State = None,
) -> tuple[Tensor, State]:
    """Add to the gradients those of a batch, worked through in parts.

    The task is cut into `n_parts` along B, and so is the `state`. Each part's
    mean loss, which `loss_of` gives, is weighed by the targets it has, out of
    `total`: the sum, which is returned with the new state, and its gradient
    are those of the whole batch at once, however unevenly the ignored
    positions lie. Where nothing counts at all, the loss and its gradient are
    0. Raises `ValueError` where the parts do not divide B.
    """
    B = len(task.ids)
    if n_parts < 1 or B % n_parts:
        raise ValueError(f"{B} texts cannot be cut into {n_parts} parts")
    # In float32 whatever torch's default is: the sum of many small losses.
    loss = torch.zeros((), device=task.ids.device, dtype=torch.float32)
    states = []
    for number in range(n_parts):
        rows = slice(number * B // n_parts, (number + 1) * B // n_parts)
        part = task.part(number, n_parts)
        part_loss, new = loss_of(part, select(state, rows))
        weight = part.n_targets / total if total else 0.0
        # Backward at once frees what this part has kept: that is the point.
        (part_loss * weight).backward()
        loss += part_loss.detach() * weight
        states.append(new)
    return loss, states[0] if n_parts == 1 else join(states)
