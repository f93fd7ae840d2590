"""From ids to vectors, and from last vectors back to ids."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.config import Config
from minillm.layers import ACTIVATIONS, FUSED, NORMS, sinusoidal


def number_tokens(mask: Tensor | None, S: int, device: torch.device) -> Tensor:
    """The tokens' numbers (1 or B, S), from 0; padding is not counted.

    `mask` (B, S) is True at real tokens; None: all are.
    """
    if mask is None:
        return torch.arange(S, device=device)[None]
    # Padding in front would be number -1, which no table of positions has.
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def positions_of(
    config: Config, order: Tensor, prefix: Tensor | None
) -> Tensor:
    """The positions of tokens numbered by `order` (1 or B, T).

    They are their numbers. In two dimensions (1 or B, 2, T) the first counts
    the `prefix` (B,) and stays at its last token; the second is 0 in the
    prefix and counts from 1 behind it. Du et al. 2022, 2.1.2.
    """
    if config.position != "rope2d":
        return order
    ends = 0 if prefix is None else prefix[:, None]
    behind = (order - ends + 1).clamp(min=0)
    return torch.stack(((order - behind).clamp(min=0), behind), dim=1)


class Embedding(nn.Module):
    """From ids to vectors: tokens, positions, segments, their norm."""

    waves: Tensor  # the sinusoidal table (context, C)

    def __init__(self, config: Config):
        super().__init__()
        C, self.vocab_size = config.width, config.vocab_size
        self.scale = math.sqrt(C) if config.embedding_scale else 1.0
        self.token = nn.Embedding(config.vocab_size, C)
        if config.position == "sinusoidal":
            table = sinusoidal(config.context, C)
            # Not persistent: it can be computed, so no file has to keep it.
            self.register_buffer("waves", table, persistent=False)
        if config.position == "learned":
            self.position = nn.Embedding(config.context, C)
        if config.n_segments:
            self.segment = nn.Embedding(config.n_segments, C)
        self.norm = (
            NORMS[config.norm](config)
            if config.embedding_norm
            else nn.Identity()
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, ids: Tensor, positions: Tensor, segments: Tensor | None = None
    ) -> Tensor:
        """Vectors (B, T, C) of `ids` (B, T) at `positions` (1 or B, T)."""
        x = self.token(ids)
        # Vaswani et al. 2017, 3.4: tied vectors are small, so that logits are;
        # beside sines and cosines of size 1 they would be lost.
        if self.scale != 1:
            x = x * self.scale
        if hasattr(self, "waves"):
            x = x + self.waves[positions]
        if hasattr(self, "position"):
            x = x + self.position(positions)
        if hasattr(self, "segment"):
            # Segment 0 has a vector, too: who names no segments means it.
            x = x + self.segment(
                torch.zeros_like(ids) if segments is None else segments
            )
        return self.dropout(self.norm(x))

    def logits(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """Logits (B, T, V) of vectors (B, T, C): the head that is tied."""
        if type(self.token) is nn.Embedding:
            return F.linear(x, self.token.weight, bias)
        # Somebody has replaced it. What it does is what it gives for each id,
        # whatever a `weight` inside it may say.
        ids = torch.arange(self.vocab_size, device=x.device)
        return F.linear(x, self.token(ids), bias)


class MaskedHead(nn.Module):
    """BERT's way from last states to the vectors whose products with those of
    the tokens, plus `bias` (V,), are the logits.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.dense = nn.Linear(config.width, config.width)
        self.norm = NORMS[config.norm](config)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        activations = FUSED if config.fused else ACTIVATIONS
        self.activation = activations[config.activation]

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        return self.norm(self.activation(self.dense(x)))
