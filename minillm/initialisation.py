"""The first weights of a Transformer: small, and smaller where they add up."""

import math
from typing import cast

import torch
from torch import nn

from minillm.config import Config


@torch.no_grad()
def initialise(
    model: nn.Module, generator: torch.Generator | None = None
) -> None:
    """Draw the first weights: normal with deviation 0.02, biases 0.

    Pre-norm: what writes into the skip is divided by the root of their
    number, 2L, so that the sum of all that is written does not grow with the
    depth (Radford et al. 2019). DeepNorm: values, outputs and feed-forward
    are multiplied by `beta` (Wang et al. 2022, 2.2).
    """
    config = cast(Config, model.config)
    skips = config.n_layers * (3 if hasattr(model, "encoder") else 2)
    n_keys = config.kv_heads * config.head_size
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            p.zero_()
        if p.ndim < 2:  # the weight of a norm stays at 1: it changes nothing
            continue
        p.normal_(std=0.02, generator=generator)
        # Queries and keys keep their size: they decide where to look, and
        # only what is written, values and what follows, must shrink.
        if name.endswith(".qkv.weight"):
            p[config.width + n_keys :].mul_(config.beta)
        if name.endswith(".kv.weight"):
            p[n_keys:].mul_(config.beta)
        if name.endswith(("up.weight", "out.weight", "down.weight")):
            p.mul_(config.beta)
        if config.residual == "pre" and name.endswith(
            ("out.weight", "down.weight")
        ):
            p.div_(math.sqrt(skips))
