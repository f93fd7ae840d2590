"""What the tokens of a Transformer see of each other, and where they stand."""

from functools import reduce
from operator import and_
from typing import NamedTuple

import torch
from torch import Tensor

from minillm.attention import (
    causal_mask,
    mask_bias,
    padding_mask,
    prefix_mask,
)
from minillm.config import Config
from minillm.layers import alibi_bias, alibi_slopes, rope_angles


class Sight(NamedTuple):
    """What tokens can see of each other: the same in every block."""

    bias: Tensor | None = None  # added to the scores (B, H, T, S)
    causal: bool = False  # nobody looks ahead, and `bias` does not say it
    angles: tuple[Tensor, Tensor] | None = None  # of RoPE


def number_tokens(mask: Tensor | None, S: int, device: torch.device) -> Tensor:
    """The tokens' numbers (1 or B, S), from 0; padding is not counted.

    `mask` (B, S) is True at real tokens; None: all are.
    """
    if mask is None:
        return torch.arange(S, device=device)[None]
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def place(config: Config, order: Tensor, prefix: Tensor | None) -> Tensor:
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


def see(
    config: Config,
    order: Tensor,
    where: Tensor,
    mask: Tensor | None = None,
    prefix: Tensor | None = None,
    ahead: bool = False,
    dtype: torch.dtype = torch.float32,
) -> Sight:
    """What the tokens at `where` (1 or B, T) see of those in `order` (., S).

    They are the last T of them. Nobody sees what `mask` (B, S) leaves out;
    with `ahead` everybody sees what comes later, without it only in the
    `prefix` (B,).
    """
    T, S = where.shape[-1], order.shape[1]
    alibi = config.position == "alibi"
    forward_only = not ahead and T > 1  # one token alone has nothing ahead
    easy = mask is None and prefix is None and not alibi and T == S
    masks = [] if mask is None else [padding_mask(mask)]
    if forward_only and prefix is not None:
        masks.append(prefix_mask(order, T, prefix))
    elif forward_only and not easy:
        masks.append(causal_mask(order, T))
    bias = mask_bias(reduce(and_, masks), dtype) if masks else None
    if alibi:
        slopes = alibi_slopes(config.n_heads).to(order.device)
        far = alibi_bias(order, T, slopes).to(dtype)
        bias = far if bias is None else far + bias
    angles = None
    if config.position in ("rope", "rope2d"):
        angles = rope_angles(where, config.head_size, config.rope_theta)
    return Sight(bias, forward_only and easy, angles)
