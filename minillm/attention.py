"""Attention: every token looks at the tokens that it may see."""

import math
from functools import reduce
from operator import and_
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.cache import LayerCache
from minillm.config import Config
from minillm.layers import alibi_bias, alibi_slopes, rotate

# Added to the score of a pair that must not meet. It is finite: a row of
# nothing but minus infinity has no softmax, a row of these has an even one.
FORBIDDEN = -1e30


def forbidden(dtype: torch.dtype) -> float:
    """`FORBIDDEN`, or what is left of it in a type of smaller numbers.

    float16 ends at 65504. Half of that leaves room for the score itself and
    for ALiBi's distance: their sum must not become minus infinity.
    """
    return max(FORBIDDEN, torch.finfo(dtype).min / 2)


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None
) -> Tensor:
    """softmax(q kᵀ / √D + bias) v, the plain formula.

    Queries (B, H, T, D), keys and values (B, H, S, D) give (B, H, T, D);
    `bias` broadcasts to the scores (B, H, T, S). Vaswani et al. 2017, eq. 1.
    """
    # A product of D independent numbers of variance 1 has the variance D.
    # Without the root the softmax of wide heads would be nearly one-hot, and
    # its gradient nearly 0.
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, S)
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1) @ v


def causal_mask(order: Tensor, T: int) -> Tensor:
    """Who may see whom where nobody looks ahead: (B, 1, T, S) of bool.

    `order` (B, S) numbers all tokens; the last `T` of them are the queries.
    """
    # Numbers and not places are compared: padding has shifted the places.
    queries = order[:, -T:, None]  # (B, T, 1)
    return (order[:, None, :] <= queries)[:, None]


def prefix_mask(order: Tensor, T: int, prefix: Tensor) -> Tensor:
    """As `causal_mask`, but all see the first `prefix` (B,) tokens:
    (B, 1, T, S) of bool.
    """
    inside = order[:, None, None, :] < prefix[:, None, None, None]
    return causal_mask(order, T) | inside


def padding_mask(real: Tensor) -> Tensor:
    """Nobody sees padding: (B, 1, 1, S) of bool from `real` (B, S), which is
    True at real tokens.
    """
    return real[:, None, None, :]


def mask_bias(mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """What a mask adds to the scores: 0 where it is True, else `forbidden`."""
    bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    return bias.masked_fill(~mask, forbidden(dtype))


class Masks(NamedTuple):
    """What the tokens of a Transformer may see of each other."""

    bias: Tensor | None = None  # added to the scores (B, H, T, S)
    causal: bool = False  # nobody looks ahead, and `bias` does not say it


def masks(
    config: Config,
    order: Tensor,
    T: int,
    mask: Tensor | None = None,
    prefix: Tensor | None = None,
    ahead: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Masks:
    """The masks of one pass: the same in every block.

    `order` (1 or B, S) numbers all tokens, the last `T` are the queries.
    Nobody sees what `mask` (B, S) leaves out; with `ahead` everybody sees what
    comes later, without it only in the `prefix` (B,).
    """
    S, alibi = order.shape[1], config.position == "alibi"
    forward_only = not ahead and T > 1  # one token alone has nothing ahead
    # Kernels know how to leave out the future without being told by a bias.
    easy = mask is None and prefix is None and not alibi and T == S
    parts = [] if mask is None else [padding_mask(mask)]
    if forward_only and prefix is not None:
        parts.append(prefix_mask(order, T, prefix))
    elif forward_only and not easy:
        parts.append(causal_mask(order, T))
    bias = mask_bias(reduce(and_, parts), dtype) if parts else None
    if alibi:
        # The distance depends on the head, so this bias alone has H rows.
        slopes = alibi_slopes(config.n_heads).to(order.device)
        far = alibi_bias(order, T, slopes).to(dtype)
        bias = far if bias is None else far + bias
    return Masks(bias, forward_only and easy)


def split_heads(x: Tensor, D: int) -> Tensor:
    """(B, T, H * D) as heads (B, T, H, D), without a copy."""
    return x.unflatten(-1, (-1, D))


def join_heads(x: Tensor) -> Tensor:
    """Heads (B, H, T, D) side by side again: (B, T, H * D)."""
    return x.transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Multi-head attention of a text to itself.

    One matrix holds the projections of queries, keys and values. With fewer
    heads for keys and values than for queries (`n_kv_heads`), consecutive
    query heads share one. Vaswani et al. 2017, 3.2.2; Ainslie et al. 2023.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D, self.fused = config.head_size, config.fused
        n_heads = self.H + 2 * self.H_kv
        # One large product is faster than three, on every device.
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(
        self,
        x: Tensor,
        bias: Tensor | None = None,
        causal: bool = False,
        angles: tuple[Tensor, Tensor] | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """What the tokens of `x` (B, T, C) see in each other, (B, T, C).

        `bias` is added to the scores; `causal` forbids to look ahead, faster
        than a bias does; `angles` turn queries and keys (RoPE); `cache` puts
        the keys and values of earlier tokens in front.
        """
        heads = split_heads(self.qkv(x), self.D)  # (B, T, H + 2 H_kv, D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        if angles is not None:
            # Before the cache: what is kept has its position in it already.
            q, k = rotate(q, *angles), rotate(k, *angles)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))  # (B, H, T, D)
        if cache is not None:
            k, v = cache.append(k, v)
        seen = attend(q, k, v, bias, causal, self.fused)
        return self.out(join_heads(seen))


class CrossAttention(nn.Module):
    """Multi-head attention of a text to a source.

    The queries come from the text, keys and values from the source. They have
    modules of their own, so that whoever replaces one (by LoRA, say) replaces
    all that it does. Vaswani et al. 2017, 3.2.3.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.D, self.fused = config.head_size, config.fused
        n_kv = 2 * config.kv_heads * self.D
        # Apart from each other: their inputs differ, and keys and values of a
        # source are made once while a text is written.
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, n_kv, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(
        self, x: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """What `x` (B, T, C) sees in a source: (B, T, C); keys and values
        (B, H_kv, S, D) come from `keys_values`.
        """
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(join_heads(attend(q, k, v, bias, fused=self.fused)))

    def keys_values(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, H_kv, S, D) of a source (B, S, C)."""
        heads = split_heads(self.kv(source), self.D).transpose(1, 2)
        k, v = heads.chunk(2, dim=1)  # no RoPE: a source has places of its own
        return k, v


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    bias: Tensor | None = None,
    causal: bool = False,
    fused: bool = True,
) -> Tensor:
    """Attention (B, H, T, D) of all heads, fused or by the formula.

    Queries (B, H, T, D); keys and values (B, H_kv, S, D).
    """
    shape, T = q.shape, q.shape[2]
    q, k, v = share_heads(q, k, v, bias)
    if fused:  # torch's kernels need not keep all T x S scores of a head
        seen = F.scaled_dot_product_attention(
            q, k, v, attn_mask=bias, is_causal=causal
        )
        return seen.reshape(shape)
    if causal:
        order = torch.arange(T, device=q.device)[None]
        bias = mask_bias(causal_mask(order, T), q.dtype)
    return scaled_dot_product_attention(q, k, v, bias).reshape(shape)


def share_heads(
    q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values with the same number of heads."""
    n_each = q.shape[1] // k.shape[1]  # 1 without grouped-query attention
    if n_each == 1:
        return q, k, v
    if q.shape[2] == 1 and (bias is None or bias.shape[1] == 1):
        # One token: the heads that share a key are queries of one head, and
        # nothing is copied. Writing a text spends its time here.
        return q.reshape(len(q), k.shape[1], n_each, -1), k, v
    # Many tokens: copies of the few key heads cost less than the scores do.
    k, v = (heads.repeat_interleave(n_each, dim=1) for heads in (k, v))
    return q, k, v
