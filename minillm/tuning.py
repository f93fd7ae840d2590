"""Ways to tune a frozen Transformer of any row: what is added, and where.

Each function changes the network that it is given and leaves nothing but its
own few parameters to be trained:

    lora(net, ["qkv"], ...)   low-rank updates beside linear layers
    bottleneck(net, m)        adapters behind both sublayers of each block
    bitfit(net)               the biases that are there
    ia3(net)                  factors for keys, values and hidden channels

`soft_prompts` has two more, which put something in front of the text. A
network that has been changed is trained, scored, sampled and, by `adapters`,
stored like any other.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.attention import Attention
from minillm.finetuning import LoRA, adapter, freeze
from minillm.layers import FeedForward
from minillm.transformer import Transformer

Generator = torch.Generator | None


def replace(net: nn.Module, path: str, part: nn.Module) -> None:
    """Put a part into the place of the one at a dotted path."""
    parent, _, name = path.rpartition(".")
    setattr(net.get_submodule(parent), name, part)


def parts_of(net: nn.Module, kind: type) -> list[tuple[str, Any]]:
    """The parts of a class and their paths, in order."""
    found = [
        (n, part) for n, part in net.named_modules() if type(part) is kind
    ]
    if not found:
        raise ValueError(
            f"the network has no {kind.__name__} that is still as it was"
        )
    return found


# LoRA


class Separate(nn.Module):
    """A fused projection of queries, keys and values as three layers.

    So each of them can be adapted alone: `attention.qkv.q`. Their weights are
    copies of its rows; `fused` puts them together again.
    """

    def __init__(self, qkv: nn.Linear, H: int, H_kv: int, D: int):
        super().__init__()
        sizes = [H * D, H_kv * D, H_kv * D]
        biases = (None,) * 3 if qkv.bias is None else qkv.bias.split(sizes)
        weights = qkv.weight.split(sizes)
        self.q, self.k, self.v = map(linear_of, weights, biases)

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) to queries, keys, values side by side."""
        return torch.cat((self.q(x), self.k(x), self.v(x)), dim=-1)

    def fused(self) -> nn.Linear:
        """One layer again; raises `ValueError` where a part is no plain
        layer: merge and take off what was added first.
        """
        layers = [self.q, self.k, self.v]
        if not all(type(layer) is nn.Linear for layer in layers):
            raise ValueError("a part of qkv is adapted: `merged` first")
        weight = torch.cat([layer.weight for layer in layers])
        if self.q.bias is None:
            return linear_of(weight, None)
        return linear_of(weight, torch.cat([layer.bias for layer in layers]))


def linear_of(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    """A linear layer with copies of these numbers."""
    # On "meta" nothing is drawn, and nobody's random numbers change.
    out, n = weight.shape
    layer = nn.Linear(n, out, bias is not None, device="meta")
    layer.weight = nn.Parameter(weight.detach().clone())
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach().clone())
    return layer


def separate(net: nn.Module) -> None:
    """Cut each fused qkv of a network into q, k and v."""
    for path, part in parts_of(net, Attention):
        if type(part.qkv) is nn.Linear:
            qkv = Separate(part.qkv, part.H, part.H_kv, part.D)
            replace(net, f"{path}.qkv", qkv)


def lora(
    net: nn.Module,
    names: Sequence[str],
    r: int,
    alpha: float,
    generator: Generator = None,
) -> None:
    """Put `LoRA` beside each linear layer whose path ends in one of `names`.

    The five rows have "qkv", "out", "up" and "down"; "q", "k" and "v" cut a
    fused qkv into its slices first. Raises `ValueError`, before anything is
    changed, where a name is no linear layer of the network.
    """
    if {"q", "k", "v"} & set(names) and "qkv" not in names:
        separate(net)
    linear = [n for n, part in net.named_modules() if type(part) is nn.Linear]
    chosen = []
    for name in names:
        found = [path for path in linear if f".{path}".endswith(f".{name}")]
        if not found:
            short = dict.fromkeys(path.rpartition(".")[2] for path in linear)
            raise ValueError(
                f"no linear layer {name!r}: there are {', '.join(short)}"
            )
        chosen += found
    net.requires_grad_(False)
    for path in dict.fromkeys(chosen):
        linear_part = cast(nn.Linear, net.get_submodule(path))
        replace(net, path, LoRA(linear_part, r, alpha, generator))


def loras(net: nn.Module) -> Iterator[LoRA]:
    """The LoRA layers of a network."""
    return (part for part in net.modules() if isinstance(part, LoRA))


def merged(net: nn.Module) -> None:
    """Turn each `LoRA` into the plain layer that does the same, and three
    projections into a fused one again: the network has the parts, and the
    speed, that it had before.
    """
    for path, part in list(net.named_modules()):
        if isinstance(part, LoRA):
            part.merge()
            replace(net, path, part.linear)
    for path, part in list(net.named_modules()):
        if isinstance(part, Separate):
            replace(net, path, part.fused())


# Adapters


class Bottleneck(nn.Module):
    """A sublayer and the `adapter` behind it, in front of the skip."""

    def __init__(self, part: nn.Module, C: int, m: int, generator: Generator):
        super().__init__()
        self.part = part
        like = next(part.parameters())
        draws = torch.randn(m, C, generator=generator) / math.sqrt(C)
        self.down = linear_of(draws.to(like), like.new_zeros(m))
        self.up = linear_of(like.new_zeros(C, m), like.new_zeros(C))

    def forward(self, *given: Any) -> Tensor:
        """What the sublayer gives (B, T, C), and what the adapter adds."""
        return adapter(self.part(*given), self.down, self.up)


def bottleneck(net: Transformer, m: int, generator: Generator = None) -> None:
    """Put an adapter of `m` channels behind attention and feed-forward of
    each block. They begin as nothing. Houlsby et al. 2019.
    """
    check_size(m)
    net.requires_grad_(False)
    parts = parts_of(net, Attention) + parts_of(net, FeedForward)
    for path, part in parts:
        wrapped = Bottleneck(part, net.config.width, m, generator)
        replace(net, path, wrapped)


def check_size(m: int) -> None:
    """Raise `ValueError` unless it is a whole number from 1 on."""
    if type(m) is not int or m < 1:
        raise ValueError(f"a whole number from 1 on, not {m!r}")


# Parts that are there, and factors


def bitfit(net: nn.Module) -> None:
    """Train the biases alone. Ben Zaken et al. 2022.

    Raises `ValueError` on a network without biases, as the LLaMA row is.
    """
    biases = {n.rpartition(".")[2] for n, _ in net.named_parameters()}
    if "bias" not in biases:
        raise ValueError(
            "nothing to train: no part of this network has a bias, as in all "
            "of the LLaMA row"
        )
    freeze(net, ["bias"])


class Scaled(nn.Module):
    """A linear layer with trained factors, of its inputs or its last outputs.

    `n` factors begin at 1. With `inputs` they act on all inputs, otherwise on
    the last `n` outputs.
    """

    def __init__(self, linear: nn.Linear, n: int, inputs: bool):
        super().__init__()
        self.linear, self.inputs = linear, inputs
        self.factor = nn.Parameter(linear.weight.new_ones(n))

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        if self.inputs:
            return self.linear(x * self.factor)
        y = self.linear(x)
        n_before = y.shape[-1] - len(self.factor)
        return y * F.pad(self.factor, (n_before, 0), value=1.0)


def ia3(net: nn.Module) -> None:
    """Train a factor for each channel of keys, values and the hidden layer of
    the feed-forward. Liu et al. 2022, 3.3.
    """
    net.requires_grad_(False)
    for path, part in parts_of(net, Attention):
        n = 2 * part.H_kv * part.D
        replace(net, f"{path}.qkv", Scaled(part.qkv, n, inputs=False))
    for path, part in parts_of(net, FeedForward):
        n = part.down.in_features
        replace(net, f"{path}.down", Scaled(part.down, n, inputs=True))
