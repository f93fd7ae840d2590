"""The settings of a Transformer."""

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints


@dataclass(frozen=True)
class Config:
    """The size of a Transformer, and what kind it is.

    Raises `ValueError` on a setting that does not exist or does not fit.
    """

    vocab_size: int  # V
    n_layers: int
    n_heads: int  # H
    width: int  # C
    hidden: int  # width inside the feed-forward
    context: int = 512  # the longest text, T
    structure: Literal["encoder", "decoder", "prefix", "encoder-decoder"] = (
        "decoder"
    )
    position: Literal[
        "none", "sinusoidal", "learned", "rope", "rope2d", "alibi"
    ] = "rope"
    activation: Literal[
        "relu", "gelu", "gelu_tanh", "geglu", "geglu_tanh", "swiglu"
    ] = "swiglu"
    norm: Literal["layer", "rms"] = "rms"
    residual: Literal["post", "pre", "deep"] = "pre"
    n_kv_heads: int | None = None  # heads of keys and values; None: n_heads
    bias: bool = True  # in the projections
    eps: float = 1e-5  # of the norms
    head: Literal["tied", "linear", "mlm"] = "tied"
    final_norm: bool = True
    embedding_norm: bool = False
    embedding_scale: bool = False  # embeddings times the root of C
    n_segments: int = 0
    alpha: float = 1.0  # weight of the skip
    beta: float = 1.0  # of the first weights that write into it
    rope_theta: float = 10_000.0
    dropout: float = 0.0  # of embeddings and sublayers, in training
    fused: bool = True  # torch's kernels; False: the plain formulas

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(Config).items():
            self._check_type(name, hint, getattr(self, name))
        for name in ("vocab_size", "n_layers", "n_heads", "width", "hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: too small")
        if self.context < 1 or self.n_segments < 0:
            raise ValueError(
                f"context {self.context} or n_segments {self.n_segments} "
                "is too small"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout lies in [0, 1), not {self.dropout}")
        if self.eps < 0 or self.rope_theta <= 0:
            raise ValueError(
                f"eps {self.eps} is 0 or more, rope_theta {self.rope_theta} "
                "above 0"
            )
        # RoPE turns pairs of channels, in two dimensions two of them.
        parts = {"rope": 2, "rope2d": 4}.get(self.position, 1)
        for divisor, number, what in (
            (self.n_heads, self.width, "heads divide a width of"),
            (self.kv_heads, self.n_heads, "key heads divide the heads,"),
            (parts, self.head_size, "divides a head's size of"),
        ):
            if divisor < 1 or number % divisor:
                raise ValueError(f"{divisor} {what} {number}: it must")

    def _check_type(self, name: str, hint: Any, value: Any) -> None:
        """Raise `ValueError` on a value of another type: what a command line
        or a file gives is often a text, and would fail much later.
        """
        choices = get_args(hint)
        if choices and isinstance(choices[0], str):  # Literal
            if value not in choices:
                raise ValueError(f"{name} is one of {choices}, not {value!r}")
            return
        if hint is bool:
            fits = type(value) is bool
        elif hint is float:
            fits = type(value) in (int, float) and math.isfinite(value)
        else:
            fits = type(value) is int or (value is None and bool(choices))
        if not fits:
            kind = {bool: "True or False", float: "a finite number"}
            what = kind.get(hint, "a whole number")
            raise ValueError(f"{name} is {what}, not {value!r}")

    @property
    def kv_heads(self) -> int:
        """Heads of keys and values."""
        return self.n_heads if self.n_kv_heads is None else self.n_kv_heads

    @property
    def head_size(self) -> int:
        """Channels of one head, D."""
        return self.width // self.n_heads
