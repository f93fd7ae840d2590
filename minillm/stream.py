"""What happens to the residual stream on its way through a Transformer.

`states` reads the stream behind each block; the other functions say in one
number how it changes: how much a block turns it, and how much the tokens of a
text still differ from each other. They measure the two things that are both
called representation collapse:

    outside_mean all tokens of a text become the same vector ("rank collapse")
    cosine       the stream goes through late blocks nearly unchanged
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.transformer import Transformer


def states(model: Transformer, ids: Tensor) -> list[Tensor]:
    """The stream (B, T, C) in front of the first block and behind each one,
    L + 1 tensors, for `ids` (B, T). Each keeps its gradient, if it has one.
    """
    kept: list[Tensor] = []

    def keep(x: Tensor) -> None:
        if x.requires_grad:
            x.retain_grad()
        kept.append(x)

    hooks = [
        model.blocks[0].register_forward_pre_hook(lambda _, x: keep(x[0]))
    ]
    hooks += [
        b.register_forward_hook(lambda _, __, x: keep(x)) for b in model.blocks
    ]
    try:
        model.states(ids)
    finally:
        for hook in hooks:
            hook.remove()
    return kept


def cosine(before: Tensor, after: Tensor) -> float:
    """Mean cosine of each token's vector before and after: (..., C) each."""
    return F.cosine_similarity(before, after, dim=-1).mean().item()


def relative_change(before: Tensor, after: Tensor) -> float:
    """How far a block moves a token, as a share of the vector's length before:
    the mean of |after - before| / |before| over tokens, (..., C) each.
    """
    moved = (after - before).norm(dim=-1)
    return (moved / before.norm(dim=-1)).mean().item()


def outside_mean(x: Tensor) -> float:
    """The share of the norm of `x` (B, T, C) that the tokens do not share.

    Each text's mean vector is taken away from its tokens: 1 where they have
    nothing in common, 0 where all tokens of a text are the same vector. Dong
    et al. 2021 bound this residual.
    """
    return ((x - x.mean(dim=-2, keepdim=True)).norm() / x.norm()).item()


def gradient_norms(model: Transformer) -> list[float]:
    """The norm of the gradient of each block's weights, matrices alone."""
    return [
        math.sqrt(
            sum(
                p.grad.square().sum().item()
                for p in block.parameters()
                if p.ndim > 1 and p.grad is not None
            )
        )
        for block in model.blocks
    ]


@torch.no_grad()
def xavier(
    model: Transformer, generator: torch.Generator | None = None
) -> None:
    """Draw the first weights as the papers on norms do.

    That is Glorot and Bengio 2010: matrices are normal with variance
    2 / (inputs + outputs), query, key and value each a matrix of its own;
    embeddings have variance 1. Values, outputs and feed-forward are multiplied
    by `beta` (Wang et al. 2022, 2.2). Nothing is divided by the root of the
    depth: what that does is to be measured.
    """
    C, beta = model.config.width, model.config.beta
    n_keys = model.config.kv_heads * model.config.head_size
    for name, p in model.named_parameters():
        if p.ndim < 2:
            continue
        if name.startswith("embedding."):
            p.normal_(generator=generator)
            continue
        if name.endswith(".qkv.weight"):
            for part in p.split([C, n_keys, n_keys]):
                nn.init.xavier_normal_(part, generator=generator)
            p[C + n_keys :].mul_(beta)
            continue
        nn.init.xavier_normal_(p, generator=generator)
        if name.endswith(("up.weight", "out.weight", "down.weight")):
            p.mul_(beta)
