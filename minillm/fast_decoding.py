"""One more token through LLaMA's row, written out in as few calls as can be.

When a Transformer writes on a CPU, it spends about half of its time between
the matrix products: in calls of modules, in checks, in settings of other rows.
`FastDecoder` leaves all that out. What is left is what each token costs.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.attention import Attention, mask_bias, padding_mask
from minillm.cache import KVCache, LayerCache
from minillm.embedding import Embedding
from minillm.layers import (
    FUSED,
    GATED,
    FeedForward,
    RMSNorm,
    rope_angles,
    widened,
)
from minillm.transformer import Block, Transformer

ROW = {  # what is written out; sizes, bias, activation and head are free
    "structure": "decoder",
    "position": "rope",
    "norm": "rms",
    "residual": "pre",
    "final_norm": True,
    "embedding_norm": False,
    "embedding_scale": False,
    "n_segments": 0,
    "fused": True,
}
PARTS = {
    *(Transformer, Block, Attention, FeedForward, Embedding, RMSNorm),
    *(nn.ModuleList, nn.Linear, nn.Embedding, nn.Dropout, nn.Identity),
}


def can_decode_fast(model: nn.Module) -> bool:
    """Whether `FastDecoder` computes what `model` does.

    It is a `Transformer` of LLaMA's row, and nobody has replaced a part of it,
    or listens to one by a hook.
    """
    if type(model) is not Transformer:
        return False
    config = model.config
    # Equal types only: a subclass may compute something else.
    return (
        all(getattr(config, name) == value for name, value in ROW.items())
        and config.activation in GATED
        and all(is_untouched(part) for part in model.modules())
    )


def is_untouched(part: nn.Module) -> bool:
    """Whether a part of a model does what its class says, unobserved."""
    # What is written out here calls no module: no hook would ever run.
    hooks = part._forward_hooks or part._forward_pre_hooks
    return type(part) in PARTS and not hooks and "forward" not in vars(part)


Product = Callable[[Tensor], Tensor]  # from (B, in) to (B, out)


def product(
    weight: Tensor, bias: Tensor | None = None, batch: int = 1
) -> Product:
    """The product x Wᵀ + b for `batch` vectors x at once.

    Several vectors use each number of W (out, in) several times. On a CPU with
    MKL, W is then copied into the order in which its kernel reads it, which
    compiled models do, too; one vector is bound by memory either way.
    """
    packs = torch.backends.mkl.is_available() and weight.device.type == "cpu"
    if batch == 1 or not packs or weight.dtype != torch.float32:
        return partial(F.linear, weight=weight, bias=bias)
    # Not public, but what torch's own compiler calls.
    mkl = torch.ops.mkl
    packed = mkl._mkl_reorder_linear_weight(weight, batch)

    def times(x: Tensor) -> Tensor:
        if x.dtype != weight.dtype:  # within autocast
            return F.linear(x, weight, bias)
        return mkl._mkl_linear(x, packed, weight, bias, batch)

    return times


class Norm(NamedTuple):
    """An `RMSNorm`, its mean written as a sum: one call less."""

    weight: Tensor  # (C,)
    eps: float  # times C
    root: float  # of C

    def __call__(self, x: Tensor) -> Tensor:
        """(B, C) to (B, C)."""
        square = widened(x).square().sum(dim=-1, keepdim=True)
        scale = (square + self.eps).rsqrt() * self.root
        return x * scale.to(x.dtype) * self.weight


def norm_of(layer: RMSNorm) -> Norm:
    """That of a layer."""
    C = len(layer.weight)
    return Norm(layer.weight.detach(), layer.eps * C, C**0.5)


class Products(NamedTuple):
    """What a block computes with, in the order of use."""

    attention_norm: Norm
    qkv: Product
    out: Product
    feed_forward_norm: Norm
    up: Product
    down: Product


def products_of(block: Block, batch: int) -> Products:
    """Those of a block, for `batch` texts."""
    layers = (
        block.attention.qkv,
        block.attention.out,
        block.feed_forward.up,
        block.feed_forward.down,
    )
    qkv, out, up, down = (
        product(layer.weight, layer.bias, batch) for layer in layers
    )
    return Products(
        norm_of(cast(RMSNorm, block.attention_norm)),
        qkv,
        out,
        norm_of(cast(RMSNorm, block.feed_forward_norm)),
        up,
        down,
    )


class FastDecoder:
    """Reads one more token of each of `batch` texts.

    The numbers are those of the model with its `cache`, which goes on to grow.
    Only for models that `can_decode_fast`; there is no gradient.
    """

    @torch.no_grad()
    def __init__(self, model: Transformer, cache: KVCache, batch: int):
        config = self.config = model.config
        self.cache, self.activation = cache, FUSED[config.activation]
        self.blocks = [
            products_of(cast(Block, block), batch) for block in model.blocks
        ]
        self.tokens = model.embedding.token.weight.detach()  # (V, C)
        self.norm = norm_of(cast(RMSNorm, model.norm))
        tied = config.head == "tied"
        head = self.tokens if tied else cast(nn.Linear, model.head).weight
        self.head = product(head, batch=batch)
        numbers = torch.arange(config.context, device=head.device)[None]
        angles = rope_angles(numbers, config.head_size, config.rope_theta)
        # All angles of the context at once: then one is looked up per token.
        self.cos, self.sin = (x[0].to(head.dtype) for x in angles)

    @torch.no_grad()
    def __call__(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """Logits (B, V) behind the ids (B,).

        `mask` (B, S) is True at real tokens, of all S that were read with
        these; None: all are real.
        """
        x = F.embedding(ids, self.tokens)  # (B, C)
        # The same place for all texts, or each its own behind padding, which
        # is not counted.
        where: int | Tensor = self.cache.length
        bias = None
        if mask is not None:
            where = mask.sum(dim=1) - 1
            bias = mask_bias(padding_mask(mask), x.dtype)
        cos, sin = self.cos[where], self.sin[where]  # (..., 1, 1, D)
        for products, layer in zip(
            self.blocks, self.cache.layers, strict=True
        ):
            x = x + self.attend(x, products, layer, cos, sin, bias)
            x = x + self.feed_forward(x, products)
        return self.head(self.norm(x))

    def attend(
        self,
        x: Tensor,
        products: Products,
        cache: LayerCache,
        cos: Tensor,
        sin: Tensor,
        bias: Tensor | None,
    ) -> Tensor:
        """What the tokens `x` (B, C) see in those before: (B, C)."""
        config = self.config
        H, K, D = config.n_heads, config.kv_heads, config.head_size
        x = products.attention_norm(x)
        heads = products.qkv(x).view(-1, H + 2 * K, 1, D)
        # Queries and keys lie side by side: one turn does for both.
        turned, v = heads[:, : H + K], heads[:, H + K :]
        others = turned.roll(D // 2, dims=-1)
        turned = torch.addcmul(turned * cos, others, sin)
        k, v = cache.append(turned[:, H:], v)
        # The heads that share a key are queries of one head.
        q = turned[:, :H].reshape(-1, K, H // K, D)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return products.out(seen.flatten(1))

    def feed_forward(self, x: Tensor, products: Products) -> Tensor:
        """The feed-forward of (B, C)."""
        x = products.feed_forward_norm(x)
        gate, up = products.up(x).chunk(2, dim=-1)
        return products.down(self.activation(gate) * up)
