"""Two ways to tune a frozen Transformer that put something in front of texts:
trained keys and values in each attention, or trained vectors as first tokens.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.attention import (
    Attention,
    causal_mask,
    mask_bias,
    split_heads,
)
from minillm.cache import KVCache, LayerCache
from minillm.config import Config
from minillm.network import device_of, evaluating
from minillm.transformer import Transformer
from minillm.tuning import Generator, check_size, parts_of, replace


class PrefixCache(LayerCache):
    """What an attention takes for its cache: it puts the prefix in front."""

    def __init__(self, k: Tensor, v: Tensor, cache: LayerCache | None):
        super().__init__(k, v)
        self.cache = cache

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, H_kv, m + S, D), the prefix first."""
        # Joined, not written: a buffer that is written to has no gradient.
        B = len(k)
        if self.cache is not None:
            k, v = self.cache.append(k, v)
        k = torch.cat((self.k.expand(B, -1, -1, -1), k), dim=2)
        return k, torch.cat((self.v.expand(B, -1, -1, -1), v), dim=2)


class Prefixed(nn.Module):
    """An attention whose tokens also see trained keys and values.

    They have no position: RoPE does not turn them, ALiBi's distance is 0, and
    no mask hides them. They begin as those of m tokens, whose queries, keys
    and values are `qkv` (m, C + 2 H_kv D). `finetuning.with_prefix` is the
    plain formula.
    """

    def __init__(self, part: Attention, qkv: Tensor):
        super().__init__()
        self.part = part
        n = part.H_kv
        heads = split_heads(qkv, part.D)[:, -2 * n :].transpose(0, 1)
        self.k, self.v = (nn.Parameter(x.clone()) for x in heads.split(n))

    def forward(
        self,
        x: Tensor,
        bias: Tensor | None = None,
        causal: bool = False,
        angles: tuple[Tensor, Tensor] | None = None,
        cache: LayerCache | None = None,
    ) -> Tensor:
        """As `Attention` has it: (B, T, C) to (B, T, C)."""
        T, m = x.shape[1], self.k.shape[1]
        if causal:  # what a kernel knows of the future has no prefix in it
            order = torch.arange(T, device=x.device)[None]
            bias = mask_bias(causal_mask(order, T), x.dtype)
        if bias is not None:
            bias = F.pad(bias, (m, 0))
        with_cache = PrefixCache(self.k, self.v, cache)
        return self.part(x, bias, False, angles, with_cache)


def prefix(net: Transformer, m: int, generator: Generator = None) -> None:
    """Put `m` trained keys and values in front of those of every attention
    of a text to itself. Li and Liang 2021.

    They begin as those of `m` tokens that are drawn: vectors that are drawn
    by themselves disturb a network more, and take longer to learn.
    """
    check_size(m)
    net.requires_grad_(False)
    parts, heard = parts_of(net, Attention), {}

    def listen(path: str) -> Callable[..., None]:
        return lambda _, x, y: heard.update({path: y[0]})

    hooks = [p.qkv.register_forward_hook(listen(n)) for n, p in parts]
    size = 1, m
    ids = torch.randint(net.config.vocab_size, size, generator=generator)
    ids = ids.to(device_of(net))
    two = net.config.structure == "encoder-decoder"
    with torch.no_grad(), evaluating(net):
        net(ids, **({"source": ids} if two else {}))
    for hook in hooks:
        hook.remove()
    for path, part in parts:
        replace(net, path, Prefixed(part, heard[path]))


class SoftTokens(nn.Module):
    """An embedding whose first columns can be replaced by trained vectors."""

    def __init__(self, tokens: nn.Module):
        super().__init__()
        self.tokens = tokens
        self.prompt: Tensor | None = None  # while a text begins

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors (..., C) of ids (...)."""
        x = self.tokens(ids)
        if self.prompt is None or ids.ndim < 2:  # a tied head asks for all
            return x
        soft = self.prompt.expand(len(x), -1, -1)
        return torch.cat((soft, x[:, len(self.prompt) :]), dim=1)


class Prompted(Transformer):
    """A Transformer that reads `m` trained vectors in front of each text.

    They are tokens in all but their vectors: they have positions, take room
    in the context, and the embedding's norm acts on them. An encoder-decoder
    reads them in front of its source. It shares all parts of `net`, which is
    frozen. Lester et al. 2021; `finetuning.with_prompt` is the plain formula.
    """

    def __init__(self, net: Transformer, m: int, generator: Generator = None):
        check_size(m)
        if m >= net.config.context:
            raise ValueError(f"{m} vectors fill the context")
        super(Transformer, self).__init__()
        self.config: Config = net.config
        self._modules |= net.requires_grad_(False)._modules
        tokens = net.embedding.token
        rows = torch.randint(len(tokens.weight), (m,), generator=generator)
        self.prompt = nn.Parameter(tokens.weight[rows].detach().clone())
        replace(net, "embedding.token", SoftTokens(tokens))

    @property
    def context(self) -> int:
        """Tokens of the longest text, the prompt not counted."""
        return self.config.context - len(self.prompt)

    def in_front(self, x: Tensor | None, value: Any = 0) -> Tensor | None:
        """As many columns more as the prompt has vectors, (B, m + T)."""
        if x is None:
            return None
        return F.pad(x, (len(self.prompt), 0), value=value)

    @contextmanager
    def _beginning(self) -> Iterator[None]:
        """Within it, the first columns of ids stand for the prompt."""
        soft = cast(SoftTokens, self.embedding.token)
        soft.prompt = self.prompt
        try:
            yield
        finally:
            soft.prompt = None

    def states(
        self, ids: Tensor, state: KVCache | None = None, **given: Any
    ) -> Tensor:
        """As `Transformer.states` has it, for the tokens of the text only."""
        m = len(self.prompt)
        if self.config.structure == "encoder-decoder":
            mask = given.get("source_mask")
            given["source_mask"] = self.in_front(mask, True)
            given["source"] = self.in_front(given.get("source"))
            return super().states(ids, state, **given)
        given["mask"] = self.in_front(given.get("mask"), True)
        if given.get("prefix") is not None:
            given["prefix"] = given["prefix"] + m
        if state is not None and state.length:  # it has read the prompt
            return super().states(ids, state, **given)
        given["segments"] = self.in_front(given.get("segments"))
        if given.get("positions") is not None:
            raise ValueError("with a prompt, positions are counted")
        if state is not None:
            enlarge(state, m)
        with self._beginning():
            padded = F.pad(ids, (m, 0))
            return super().states(padded, state, **given)[:, m:]

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the encoder makes of the prompt and a source: (B, m + S, C);
        the source comes with `m` columns in front.
        """
        with self._beginning():
            return super().encode(source, mask)


def enlarge(cache: KVCache, m: int) -> None:
    """Room for `m` more tokens in an empty cache."""
    for layer in cache.layers:
        layer.k, layer.v = (F.pad(x, (0, 0, 0, m)) for x in (layer.k, layer.v))


def prompt(net: Transformer, m: int, generator: Generator = None) -> Prompted:
    """A network that reads `m` trained vectors first. They begin as copies of
    tokens' vectors that are drawn.
    """
    return Prompted(net, m, generator)
