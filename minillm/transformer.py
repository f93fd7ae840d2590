"""One Transformer family: its settings make the five rows of the table.

    ids (B, T)
     │   Embedding      tokens, positions, segments           embedding.py
     ▼
    x (B, T, C)
     │   Block, as often as `n_layers` says; with norms first:
     │     x + attention(norm(x))        who may see whom     attention.py
     │     x + cross(norm(x), source)    in a decoder with an encoder
     │     x + feed_forward(norm(x))     each token by itself layers.py
     ▼
    norm
     │   head           tied to the tokens, linear, or BERT's
     ▼
    logits (B, T, V)

`Config` says which of the parts a model has, `arguments` what it can be
given, and `KVCache` is its state: what it keeps of tokens that it has read.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from minillm.arguments import check_cache, check_ids, check_source, check_text
from minillm.attention import (
    Attention,
    CrossAttention,
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
from minillm.initialisation import initialise
from minillm.layers import NORMS, FeedForward, residual, rope_angles
from minillm.network import Network, drawing_from

Pair = tuple[Tensor, Tensor]  # keys and values (B, H_kv, S, D) of a source


class Block(nn.Module):
    """Attention, in a decoder with a source attention to it, feed-forward.

    Each of them is a sublayer beside the skip that carries x past it; its
    `residual` says where the norm stands.
    """

    def __init__(self, config: Config, cross: bool = False):
        super().__init__()
        self.kind, self.alpha = config.residual, config.alpha
        norm = NORMS[config.norm]
        self.attention, self.attention_norm = Attention(config), norm(config)
        if cross:
            self.cross, self.cross_norm = CrossAttention(config), norm(config)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = norm(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Tensor,
        visible: Masks,
        angles: tuple[Tensor, Tensor] | None = None,
        cache: LayerCache | None = None,
        source: Pair | None = None,
        source_bias: Tensor | None = None,
    ) -> Tensor:
        """(B, T, C) to (B, T, C); `source` are keys and values to look at."""
        drop, kind, alpha = self.dropout, self.kind, self.alpha

        def attend(y: Tensor) -> Tensor:
            return drop(self.attention(y, *visible, angles, cache))

        def think(y: Tensor) -> Tensor:
            return drop(self.feed_forward(y))

        x = residual(x, attend, self.attention_norm, kind, alpha)
        if source is not None:
            k, v = source

            def look_up(y: Tensor) -> Tensor:
                return drop(self.cross(y, k, v, source_bias))

            x = residual(x, look_up, self.cross_norm, kind, alpha)
        return residual(x, think, self.feed_forward_norm, kind, alpha)


class Transformer(Network):
    """Any of the family, as its `Config` says.

    The arguments of `forward`, `states` and `encode`:

    ids          (B, T) int64; for an encoder-decoder those of the decoder
    state        what has been read before, a `KVCache`: the ids go on from
                 there, and their keys and values are added to it. None: the
                 texts begin here, and nothing is kept
    source       (B, S) ids that the encoder reads
    mask         (B, T) bool, True at real tokens, for padding on any side;
                 with a state (B, state.length + T), of all tokens
    source_mask  (B, S) the same for the source
    prefix       (B,) how many tokens are read both ways (structure "prefix")
    segments     (B, T) ids of segments, 0 where not given
    positions    (B, T), for "rope2d" (B, 2, T), in place of counted ones

    Raises `ValueError` on arguments that do not fit.
    """

    config_class = Config

    def __init__(
        self, config: Config, generator: torch.Generator | None = None
    ):
        super().__init__()
        self.config = config
        # Torch draws weights for each part; they are replaced, and the
        # random numbers of whoever uses this stay as they are.
        with drawing_from(torch.Generator()):
            self._build(config)
        initialise(self, generator)

    def _build(self, config: Config) -> None:
        """Its parts; those that a model lacks have no name and no weights."""
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
        # Pre-norm needs it: nothing has normed the sum of all blocks yet.
        self.norm = norm(config)
        if config.head == "linear":
            self.head: nn.Module = nn.Linear(
                config.width, config.vocab_size, bias=False
            )
        if config.head == "mlm":
            self.head = MaskedHead(config)

    @property
    def context(self) -> int:
        """Tokens of the longest text that it can read."""
        return self.config.context

    def initial_state(self, B: int, length: int | None = None) -> KVCache:
        """An empty cache for `B` texts of up to `length` tokens; None: as
        many as the context holds.
        """
        # Keys come in the type of the weights: half of the bytes to read
        # again for each token where that is half precision.
        weight = next(self.parameters())
        length = self.context if length is None else length
        return KVCache(self.config, B, length, weight.device, weight.dtype)

    def forward(
        self, ids: Tensor, state: KVCache | None = None, **given: Any
    ) -> tuple[Tensor, KVCache | None]:
        """Logits (B, T, V), and the state that was given, grown by T."""
        return self.logits(self.states(ids, state, **given)), state

    def logits(self, x: Tensor) -> Tensor:
        """Logits (B, T, V) of last states (B, T, C)."""
        if self.config.head == "linear":
            return self.head(x)
        if self.config.head == "mlm":
            head = cast(MaskedHead, self.head)
            return self.embedding.logits(head(x), head.bias)
        return self.embedding.logits(x)

    def states(
        self,
        ids: Tensor,
        state: KVCache | None = None,
        *,
        source: Tensor | None = None,
        mask: Tensor | None = None,
        source_mask: Tensor | None = None,
        prefix: Tensor | None = None,
        segments: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> Tensor:
        """The last block's output (B, T, C), after the final norm."""
        config = self.config
        check_text(config, ids, mask, prefix, segments, positions, state)
        check_source(config, len(ids), source, source_mask, state)
        past = 0 if state is None else state.length
        # Padding is not counted: a text has the positions that it would have
        # alone, on whichever side its row is filled up.
        order = number_tokens(mask, past + ids.shape[1], ids.device)
        seen, unseen = self._source(source, source_mask, state)
        if positions is None:
            positions = positions_of(config, order[:, past:], prefix)
        x = self.embedding(ids, positions, segments)
        check_cache(state, x)  # here, where the type of the states is known
        ahead = config.structure == "encoder"  # its task hides answers
        visible = masks(
            config, order, ids.shape[1], mask, prefix, ahead, x.dtype
        )
        angles = self._angles(positions)
        # Masks and angles are made once: they are the same in all blocks.
        for i, block in enumerate(self.blocks):
            layer = None if state is None else state.layers[i]
            x = block(x, visible, angles, layer, seen and seen[i], unseen)
        return self.norm(x)

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the encoder makes of a source: (B, S, C)."""
        check_ids(self.config, source)
        S = source.shape[1]
        # No cache: a source is whole, and all of it is read in one pass.
        order = number_tokens(mask, S, source.device)
        x = self.embedding(source, order)
        visible = masks(self.config, order, S, mask, ahead=True, dtype=x.dtype)
        angles = self._angles(order)
        for block in self.encoder:
            x = block(x, visible, angles)
        return self.encoder_norm(x)

    def _angles(self, positions: Tensor) -> tuple[Tensor, Tensor] | None:
        """Of RoPE, where the configuration has it; the same in all blocks."""
        config = self.config
        if config.position not in ("rope", "rope2d"):
            return None
        return rope_angles(positions, config.head_size, config.rope_theta)

    def _source(
        self, source: Tensor | None, mask: Tensor | None, state: KVCache | None
    ) -> tuple[list[Pair] | None, Tensor | None]:
        """Each block's keys and values of the source; what hides padding."""
        if self.config.structure != "encoder-decoder":
            return None, None
        seen = None if state is None else state.source
        if seen is None and source is not None:
            x = self.encode(source, mask)
            crosses = (cast(Block, block).cross for block in self.blocks)
            seen = [cross.keys_values(x) for cross in crosses]
        if state is not None:
            state.source = seen  # it is read once, whatever follows
        if mask is None or seen is None:
            return seen, None
        return seen, mask_bias(padding_mask(mask), seen[0][0].dtype)
