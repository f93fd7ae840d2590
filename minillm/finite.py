"""Whether a training step can be taken: a NaN spreads, and never goes away."""

import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm


def check_step(loss: Tensor, net: nn.Module) -> None:
    """Raise `FloatingPointError` on a loss () or a weight that is NaN or
    infinite.
    """
    # One number for all weights, and one look at it: a GPU is waited for once
    # a step, not once a parameter.
    weights = get_total_norm(net.parameters(), torch.inf)
    if not (loss + weights).isfinite():
        what = "the loss" if weights.isfinite() else "a weight"
        worst = loss if weights.isfinite() else weights
        raise FloatingPointError(f"{what} is {worst.item()}")


def culprit(net: nn.Module) -> str:
    """The first parameter that is not finite, or whose gradient is not: a
    piece of a message, empty where there is none.
    """
    named = dict(net.named_parameters())
    gradients = {name: p.grad for name, p in named.items()}
    # A bad weight makes all gradients bad, so the weights come first.
    for what, tensors in (
        ("the weight", named),
        ("the gradient of", gradients),
    ):
        for name, x in tensors.items():
            if x is not None and not x.isfinite().all():
                return f"; {what} {name} has such a number"
    return ""
