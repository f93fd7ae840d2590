"""What a Transformer can be given: it is checked before anything is computed.

Values are looked at on a CPU only; elsewhere a look would wait for the device.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
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
    check_tensor(name, x)
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


def check_tensor(name: str, x: Any) -> None:
    """Raise `ValueError` unless `x` is a tensor."""
    if not isinstance(x, Tensor):
        raise ValueError(
            f"{name}: a tensor is needed, not a {type(x).__name__}; "
            "torch.tensor(...) makes one"
        )


def check_ids(config: Config, ids: Tensor, past: int = 0) -> None:
    """Raise `ValueError` unless `ids` can follow `past` other tokens."""
    check_tensor("ids", ids)
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
    state: KVCache | None = None,
) -> None:
    """Raise `ValueError` where one of them does not fit to the others."""
    if not isinstance(state, KVCache | None):
        raise ValueError(
            f"the state of a Transformer is a KVCache, not a "
            f"{type(state).__name__}"
        )
    past = 0 if state is None else state.length
    check_ids(config, ids, past)
    B, T = ids.shape
    if state is not None and config.structure == "encoder":
        raise ValueError("an encoder looks ahead: it has no use for a cache")
    if state is not None and state.batch != B:
        raise ValueError(f"a cache for {state.batch} texts, but {B} texts")
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
    state: KVCache | None = None,
) -> None:
    """Raise `ValueError` unless the source is one for `B` texts."""
    if config.structure != "encoder-decoder":
        if source is not None or mask is not None:
            raise ValueError("only an encoder-decoder reads a source")
        return
    if source is None:
        if state is None or state.source is None:
            raise ValueError("an encoder-decoder needs a source")
        return
    check_ids(config, source)
    if len(source) != B:
        raise ValueError(f"{len(source)} sources for {B} texts")
    if mask is not None:
        check("source_mask", mask, tuple(source.shape), dtype=torch.bool)


def check_cache(state: KVCache | None, x: Tensor) -> None:
    """Raise `ValueError` unless a cache is of the type of the states `x`.

    Within autocast types are mixed, and the cache's own one counts.
    """
    if state is None or torch.is_autocast_enabled(x.device.type):
        return
    if state.dtype != x.dtype:
        raise ValueError(
            f"a cache of {state.dtype} for states of {x.dtype}: "
            "`initial_state` makes one of the right type"
        )


def check_row(name: str, ids: Any) -> np.ndarray:
    """The ids (T,) of one text as int64.

    Raises `ValueError` on anything that is no row of whole numbers: a float
    would be cut, a single id is no text, a text has to be encoded first.
    """
    row = ids.cpu().numpy() if isinstance(ids, Tensor) else np.asarray(ids)
    whole = np.issubdtype(row.dtype, np.integer) or row.size == 0
    if row.ndim != 1 or not whole:
        raise ValueError(
            f"{name} is a row of ids, whole numbers (T,), not "
            f"{row.dtype} {row.shape}: {str(ids)[:60]}"
        )
    return row.astype(np.int64)


def check_rows(name: str, rows: Any) -> list[np.ndarray]:
    """Several texts, each a row of ids; raises `ValueError` on one alone."""
    if isinstance(rows, str) or not isinstance(
        rows, Sequence | np.ndarray | Tensor
    ):
        raise ValueError(f"{name} are rows of ids, not {str(rows)[:60]!r}")
    return [check_row(f"each of the {name}", row) for row in rows]


def check_token(name: str, id: int | None, vocab_size: int) -> None:
    """Raise `ValueError` unless an id is of the vocabulary, or None."""
    if id is None:
        return
    if type(id) is bool or not isinstance(id, int | np.integer):
        raise ValueError(f"{name} is an id or None, not {id!r}")
    if not 0 <= id < vocab_size:
        raise ValueError(
            f"{name} is from 0 to {vocab_size - 1}, not {id}: no text would "
            "ever end with it"
        )


def check_count(name: str, n: int | None, least: int = 0) -> None:
    """Raise `ValueError` unless `n` is a whole number from `least` on, or
    None.
    """
    if n is None:
        return
    if type(n) is bool or not isinstance(n, int | np.integer) or n < least:
        raise ValueError(f"{name} is {least} or more, not {n!r}")
