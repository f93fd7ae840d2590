"""Five parts of a network that a student can write in an afternoon."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn


def softmax(scores: Tensor, dim: int = -1) -> Tensor:
    """Shares that sum to one along `dim`, in the shape of `scores`.

    >>> softmax(torch.tensor([0.0, 0.0]))
    tensor([0.5000, 0.5000])
    """
    powers = torch.exp(scores - scores.amax(dim, keepdim=True))
    return powers / powers.sum(dim, keepdim=True)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of -ln p(target) in nats, of logits (B, V) and whole numbers (B,)."""
    right = logits.gather(1, targets[:, None]).squeeze(1)
    return (torch.logsumexp(logits, 1) - right).mean()


def attention(query: Tensor, key: Tensor, value: Tensor, causal: bool = False) -> Tensor:
    """Scaled dot-product attention of (..., T, D) each; returns (..., T, D).

    With `causal` no position sees a later one.
    """
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if causal:
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    return softmax(scores, -1) @ value


class LayerNorm(nn.Module):
    """Mean 0 and variance 1 over the last axis, then a learned scale and shift, (C,) each."""

    def __init__(self, channels: int, epsilon: float = 1e-5) -> None:
        """Begin with scale 1 and shift 0."""
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """The vectors of `x` (..., C), normalised; the same shape."""
        centred = x - x.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)
        return centred / torch.sqrt(variance + self.epsilon) * self.scale + self.shift


def sgd_step(
    parameters: Iterable[Tensor], velocities: list[Tensor], rate: float, momentum: float = 0.0
) -> None:
    """One step of gradient descent, in place: v = momentum v + gradient, then p = p - rate v.

    `velocities` holds one tensor for each parameter. A parameter without a gradient stays.
    """
    with torch.no_grad():
        for parameter, velocity in zip(parameters, velocities, strict=True):
            if parameter.grad is not None:
                velocity.mul_(momentum).add_(parameter.grad)
                parameter.sub_(rate * velocity)
