"""What training costs, in floating-point operations."""

import time

import torch

from minillm.config import Config
from minillm.layers import GATED


def per_token(config: Config, T: int | None = None) -> int:
    """FLOPs of one token's way forward in a text of T tokens, exact.

    Counted are all matrix products, a multiplication and an addition each as
    two; norms, activations and the softmax are left out, as usual. T is the
    context where it is not given. Of an encoder-decoder this is one token of
    the source and one of the target, both texts T long.

    A product with a matrix costs two FLOPs per entry; that of all queries with
    all keys, 2 T C per token, and the same again for the values: what is done
    for pairs that the causal mask then forbids is done nevertheless. Raises
    `ValueError` on a text that the model cannot read.
    """
    T = config.context if T is None else T
    if not 1 <= T <= config.context:
        raise ValueError(
            f"a text has 1 to {config.context} tokens here, not {T}"
        )
    blocks = config.n_layers * block(config, T)
    if config.structure == "encoder-decoder":
        blocks += config.n_layers * (block(config, T) + cross(config, T))
    return blocks + head(config)


def block(config: Config, T: int) -> int:
    """FLOPs per token of self-attention and feed-forward."""
    C, D = config.width, config.head_size
    qkv = (config.n_heads + 2 * config.kv_heads) * D
    n_matrices = 3 if config.activation in GATED else 2
    weights = C * qkv + C * C + n_matrices * C * config.hidden
    return 2 * weights + attention(config, T)


def cross(config: Config, S: int) -> int:
    """FLOPs per token of attention to a source as long as the text, S."""
    C, D = config.width, config.head_size
    qkv = (config.n_heads + 2 * config.kv_heads) * D
    return 2 * (C * qkv + C * C) + attention(config, S)


def attention(config: Config, T: int) -> int:
    """FLOPs per token of scores and of weighted values, all T keys."""
    return 2 * 2 * T * config.width


def head(config: Config) -> int:
    """FLOPs per token from a last state to logits."""
    C, V = config.width, config.vocab_size
    return 2 * C * V + (2 * C * C if config.head == "mlm" else 0)


def training(config: Config, T: int | None = None) -> int:
    """FLOPs of training on one token: forward once, and twice that backward.

    Each product of the way forward needs two on the way back, one for the
    gradient of each factor.
    """
    return 3 * per_token(config, T)


def six_n(n_parameters: int) -> int:
    """The rule of thumb, 6 N per trained token: two FLOPs per parameter for
    each of forward, gradient of the input and gradient of the weight.

    Kaplan et al. 2020, 2.1.
    """
    return 6 * n_parameters


def utilisation(
    flops_per_token: float, tokens_per_second: float, peak: float
) -> float:
    """The share of the peak, in FLOPs per second, that a run makes use of.

    Chowdhery et al. 2022, appendix B.
    """
    return flops_per_token * tokens_per_second / peak


def measured_peak(
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    size: int | None = None,
    seconds: float = 0.3,
) -> float:
    """FLOPs per second of square matrix products, the fastest of some.

    What the machine reaches at the one thing that it is best at; `size` rows
    and columns (None: 1024, on a GPU 8192), in `dtype`, for about so many
    `seconds`.
    """
    if size is None:
        size = 8192 if torch.device(device).type == "cuda" else 1024
    a = torch.ones(size, size, device=device, dtype=dtype)
    end = time.perf_counter() + seconds
    best = float("inf")
    while time.perf_counter() < end:
        _wait(a.device)
        start = time.perf_counter()
        a @ a
        _wait(a.device)
        # The fastest, not the mean: whatever disturbs makes it slower only.
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def _wait(device: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
