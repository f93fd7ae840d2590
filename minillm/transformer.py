"""One Transformer family: its settings make the five rows of the table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.arguments import check_ids, check_source, check_text
from minillm.attention import (
    Attention,
    Masks,
    mask_bias,
    masks,
    padding_mask,
)
from minillm.cache import KVCache, LayerCache
from minillm.config import Config
from minillm.embedding import (
    Embedding,
    MaskedHead,
    number_tokens,
    positions_of,
)
from minillm.layers import NORMS, FeedForward, residual, rope_angles


class Block(nn.Module):
    """Attention, in a decoder with a source attention to it, feed-forward."""

    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = Attention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Tensor,
        seen: Masks,
        angles: tuple[Tensor, Tensor] | None = None,
        cache: LayerCache | None = None,
        source: tuple[Tensor, Tensor] | None = None,
        source_bias: Tensor | None = None,
    ) -> Tensor:
        """(B, T, C) to (B, T, C); `source` are keys and values to look at."""

        def look(y: Tensor) -> Tensor:
            return self.attention(y, *seen, angles, cache)

        x = self._skip(x, look, self.attention_norm)
        if source is not None:
            k, v = source
            x = self._skip(
                x,
                lambda y: self.cross.cross(y, k, v, source_bias),
                self.cross_norm,
            )
        return self._skip(x, self.feed_forward, self.feed_forward_norm)

    def _skip(
        self, x: Tensor, f: Callable[[Tensor], Tensor], norm: nn.Module
    ) -> Tensor:
        """A sublayer and its dropout beside the skip."""
        return residual(
            x, lambda y: self.dropout(f(y)), norm, self.kind, self.alpha
        )

    def keys_values(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """What the cross-attention looks at in a source (B, S, C)."""
        return self.cross.keys_values(source)


class Transformer(nn.Module):
    """Any of the family, as its `Config` says.

    The arguments of `forward`, `states` and `encode`:

    ids          (B, T) int64; for an encoder-decoder those of the decoder
    source       (B, S) ids that the encoder reads
    mask         (B, T) bool, True at real tokens, for padding on any side;
                 with a cache (B, cache.length + T), of all tokens
    source_mask  (B, S) the same for the source
    prefix       (B,) how many tokens are read both ways (structure "prefix")
    segments     (B, T) ids of segments, 0 where not given
    positions    (B, T), for "rope2d" (B, 2, T), in place of counted ones
    cache        what has been read before; the ids go on from there

    Raises `ValueError` on arguments that do not fit.
    """

    def __init__(
        self, config: Config, generator: torch.Generator | None = None
    ):
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        two = config.structure == "encoder-decoder"
        norm = NORMS[config.norm] if config.final_norm else nn.Identity
        if two:
            self.encoder = nn.ModuleList(
                Block(config) for _ in range(config.n_layers)
            )
            self.encoder_norm = norm(config)
        self.blocks = nn.ModuleList(
            Block(config, cross=two) for _ in range(config.n_layers)
        )
        self.norm = norm(config)
        if config.head == "linear":
            self.head: nn.Module = nn.Linear(
                config.width, config.vocab_size, bias=False
            )
        if config.head == "mlm":
            self.head = MaskedHead(config)
        initialise(self, generator)

    def forward(self, ids: Tensor, **given: Any) -> Tensor:
        """Logits (B, T, V)."""
        return self.logits(self.states(ids, **given))

    def logits(self, x: Tensor) -> Tensor:
        """Logits (B, T, V) of last states (B, T, C)."""
        if self.config.head == "linear":
            return self.head(x)
        tokens = self.embedding.token.weight
        if self.config.head == "mlm":
            return self.head(x, tokens)
        return F.linear(x, tokens)

    def states(
        self,
        ids: Tensor,
        *,
        source: Tensor | None = None,
        mask: Tensor | None = None,
        source_mask: Tensor | None = None,
        prefix: Tensor | None = None,
        segments: Tensor | None = None,
        positions: Tensor | None = None,
        cache: KVCache | None = None,
    ) -> Tensor:
        """The last block's output (B, T, C), after the final norm."""
        check_text(self.config, ids, mask, prefix, segments, positions, cache)
        check_source(self.config, len(ids), source, source_mask, cache)
        past = 0 if cache is None else cache.length
        order = number_tokens(mask, past + ids.shape[1], ids.device)
        seen, unseen = self._source(source, source_mask, cache)
        if positions is None:
            positions = positions_of(self.config, order[:, past:], prefix)
        x = self.embedding(ids, positions, segments)
        ahead = self.config.structure == "encoder"
        T, dtype = ids.shape[1], x.dtype
        visible = masks(self.config, order, T, mask, prefix, ahead, dtype)
        angles = self._angles(positions)
        for i, block in enumerate(self.blocks):
            layer = None if cache is None else cache.layers[i]
            x = block(x, visible, angles, layer, seen and seen[i], unseen)
        return self.norm(x)

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the encoder makes of a source: (B, S, C)."""
        check_ids(self.config, source)
        order = number_tokens(mask, source.shape[1], source.device)
        x = self.embedding(source, order)
        T, dtype = source.shape[1], x.dtype
        visible = masks(self.config, order, T, mask, ahead=True, dtype=dtype)
        angles = self._angles(order)
        for block in self.encoder:
            x = block(x, visible, angles)
        return self.encoder_norm(x)

    def _angles(self, positions: Tensor) -> tuple[Tensor, Tensor] | None:
        """Of RoPE, where the configuration has it."""
        config = self.config
        if config.position not in ("rope", "rope2d"):
            return None
        return rope_angles(positions, config.head_size, config.rope_theta)

    def _source(
        self, source: Tensor | None, mask: Tensor | None, cache: KVCache | None
    ) -> tuple[list[tuple[Tensor, Tensor]] | None, Tensor | None]:
        """Each block's keys and values of the source; what hides padding."""
        if self.config.structure != "encoder-decoder":
            return None, None
        seen = None if cache is None else cache.source
        if seen is None and source is not None:
            x = self.encode(source, mask)
            seen = [cast(Block, b).keys_values(x) for b in self.blocks]
        if cache is not None:
            cache.source = seen
        if mask is None or seen is None:
            return seen, None
        return seen, mask_bias(padding_mask(mask), seen[0][0].dtype)


@torch.no_grad()
def initialise(
    model: Transformer, generator: torch.Generator | None = None
) -> None:
    """Draw the first weights: normal with deviation 0.02, biases 0.

    Pre-norm: what writes into the skip is divided by the root of their
    number, 2L (Radford et al. 2019). DeepNorm: values, outputs and
    feed-forward are multiplied by `beta` (Wang et al. 2022, 2.2).
    """
    config = model.config
    skips = config.n_layers * (3 if hasattr(model, "encoder") else 2)
    values = (config.n_heads + config.kv_heads) * config.head_size
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.zero_()
        if p.ndim < 2:
            continue
        p.normal_(std=0.02, generator=generator)
        if name.endswith("qkv.weight"):
            p[values:].mul_(config.beta)
        if name.endswith(("up.weight", "out.weight", "down.weight")):
            p.mul_(config.beta)
        if config.residual == "pre" and name.endswith(
            ("out.weight", "down.weight")
        ):
            p.div_(math.sqrt(skips))
