"""What a Transformer can be given: it is checked before anything is computed.

Values are looked at on a CPU only; elsewhere a look would wait for the device.
"""

import torch
from torch import Tensor

from minillm.cache import KVCache
from minillm.config import Config


def check(
    name: str,
    x: Tensor,
    shape: tuple[int, ...],
    below: int | None = None,
    dtype: torch.dtype = torch.int64,
) -> None:
    """Raise `ValueError` unless `x` has this shape and type, and its values
    lie from 0 to `below` - 1.
    """
    if x.dtype != dtype or x.shape != shape:
        raise ValueError(
            f"{name}: {dtype} of shape {shape} is needed, "
            f"not {x.dtype} {tuple(x.shape)}"
        )
    looked_at = x.device.type == "cpu" and not torch.compiler.is_compiling()
    if below is None or not looked_at or not x.numel():
        return
    if not 0 <= x.min() <= x.max() < below:
        raise ValueError(
            f"{name}: 0 to {below - 1} is possible, "
            f"these are {int(x.min())} to {int(x.max())}"
        )


def check_ids(config: Config, ids: Tensor, past: int = 0) -> None:
    """Raise `ValueError` unless `ids` can follow `past` other tokens."""
    if ids.ndim != 2:
        raise ValueError(f"ids have a shape (B, T), not {tuple(ids.shape)}")
    check("ids", ids, tuple(ids.shape), below=config.vocab_size)
    n_tokens = past + ids.shape[1]
    if n_tokens > config.context:
        raise ValueError(
            f"{n_tokens} tokens are more than the context of {config.context}"
        )


def check_text(
    config: Config,
    ids: Tensor,
    mask: Tensor | None = None,
    prefix: Tensor | None = None,
    segments: Tensor | None = None,
    positions: Tensor | None = None,
    cache: KVCache | None = None,
) -> None:
    """Raise `ValueError` where one of them does not fit to the others."""
    past = 0 if cache is None else cache.length
    check_ids(config, ids, past)
    B, T = ids.shape
    if cache is not None and config.structure == "encoder":
        raise ValueError("an encoder looks ahead: it has no use for a cache")
    if cache is not None and cache.batch != B:
        raise ValueError(f"a cache for {cache.batch} texts, but {B} texts")
    if mask is not None:
        check("mask", mask, (B, past + T), dtype=torch.bool)
    if prefix is not None:
        if config.structure != "prefix":
            raise ValueError(f"no prefix in a {config.structure!r}")
        check("prefix", prefix, (B,), below=past + T + 1)
    if segments is not None:
        if not config.n_segments:
            raise ValueError("this Transformer knows no segments")
        check("segments", segments, (B, T), below=config.n_segments)
    if positions is not None:
        two = config.position == "rope2d"
        shape = (B, 2, T) if two else (B, T)
        check("positions", positions, shape, below=config.context)


def check_source(
    config: Config,
    B: int,
    source: Tensor | None,
    mask: Tensor | None = None,
    cache: KVCache | None = None,
) -> None:
    """Raise `ValueError` unless the source is one for `B` texts."""
    if config.structure != "encoder-decoder":
        if source is not None or mask is not None:
            raise ValueError("only an encoder-decoder reads a source")
        return
    if source is None:
        if cache is None or cache.source is None:
            raise ValueError("an encoder-decoder needs a source")
        return
    check_ids(config, source)
    if len(source) != B:
        raise ValueError(f"{len(source)} sources for {B} texts")
    if mask is not None:
        check("source_mask", mask, tuple(source.shape), dtype=torch.bool)
