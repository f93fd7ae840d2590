"""The small parts of a Transformer: positions, norms, feed-forward, skips."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.config import Config

# Positions


def sinusoidal(T: int, C: int) -> Tensor:
    """Fixed position vectors (T, C): sin and cos of pos / 10000^(2i/C) at the
    channels 2i and 2i + 1. Vaswani et al. 2017, 3.5.
    """
    # Constants are float32 whatever torch's default is: in half precision
    # the positions 2049 and 2048 are the same.
    steps = torch.arange(0, C, 2, dtype=torch.float32) / C
    positions = torch.arange(T, dtype=torch.float32)[:, None]
    angles = positions / 10_000**steps
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :C]


def rope_angles(
    positions: Tensor, D: int, theta: float = 10_000.0
) -> tuple[Tensor, Tensor]:
    """Cosine and sine of the angles by which RoPE turns, pos / theta^(2i/D).

    `positions` (B, T), or (B, 2, T) for two dimensions with half of the head
    each, gives two tensors (B, T, 1, P, D / P) for P dimensions. In both the
    second half of the last axis repeats the first, but the first half of the
    sine has its sign changed, as `rotate` needs it. Su et al. 2021, eq. 34.
    """
    positions = positions.view(len(positions), -1, positions.shape[-1])
    size = D // positions.shape[1]  # of a head's part for one dimension
    steps = torch.arange(
        0, size, 2, device=positions.device, dtype=torch.float32
    )
    rates = theta ** -(steps / size)
    angles = positions.transpose(1, 2)[:, :, None, :, None] * rates
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the pairs (i, i + size / 2) of a head's channels by their angles.

    `x` (B, T, H, D) and the angles of `rope_angles` give (B, T, H, D). The
    product of two turned vectors depends on their distance only.
    """
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    # Halves and not neighbours: a roll of half a head is one copy, and the
    # sign that a turn needs is in the sine already.
    parts = x.unflatten(-1, cos.shape[-2:])  # (B, T, H, P, D / P)
    others = parts.roll(cos.shape[-1] // 2, dims=-1)  # of each pair
    return torch.addcmul(parts * cos, others, sin).flatten(-2)


def neighbours_to_halves(weight: Tensor, D: int) -> Tensor:
    """Reorder the rows of query or key heads from one pairing to the other.

    Meta's LLaMA turns the channels (2i, 2i + 1), `rotate` turns (i, i + D/2):
    with its rows (H * D, ...) in the order 0, 2, ..., 1, 3, ... per head a
    projection gives the same scores.
    """
    heads = weight.unflatten(0, (-1, D // 2, 2))
    return heads.transpose(1, 2).reshape(weight.shape)


def alibi_slopes(H: int) -> Tensor:
    """One slope per head (H,): 2^(-8/H), ..., 2^-8 for a power of two.

    Other numbers of heads take the slopes of the next smaller power of two,
    then every second slope of the next larger one, first ones first.
    Press et al. 2022, and the code that the authors released.
    """
    power = 2 ** math.floor(math.log2(H))
    numbers = torch.arange(1, H + 1, dtype=torch.float32)
    slopes = 2.0 ** (-8 / power * numbers[:power])
    between = 2.0 ** (-4 / power * (2 * numbers[: H - power] - 1))
    return torch.cat((slopes, between))


def alibi_bias(order: Tensor, T: int, slopes: Tensor) -> Tensor:
    """What ALiBi adds to the scores: minus slope times distance, (B, H, T, S).

    `order` (B, S) numbers all tokens, the last `T` are the queries.
    """
    distances = (order[:, -T:, None] - order[:, None, :]).abs()  # (B, T, S)
    return -slopes[:, None, None] * distances[:, None]


# Norms


def layer_norm(
    x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5
) -> Tensor:
    """Each vector of `x` (..., C) shifted to mean 0 and scaled to variance 1,
    then times `weight` (C,) plus `bias` (C,). The variance divides by C, and
    `eps` stands inside the root. Ba et al. 2016.
    """
    y = widened(x)
    centred = y - y.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    normal = (centred * (variance + eps).rsqrt()).to(x.dtype)
    return normal * weight + bias


def rms_norm(x: Tensor, weight: Tensor, eps: float = 1e-5) -> Tensor:
    """Each vector of `x` (..., C) divided by its root mean square, times
    `weight` (C,). Zhang and Sennrich 2019, eq. 4.
    """
    square = widened(x).square().mean(dim=-1, keepdim=True)
    return x * ((square + eps).rsqrt().to(x.dtype) * weight)


def widened(x: Tensor) -> Tensor:
    """Half precision as float32: the square of 256 is too large for float16,
    and an eps of 1e-12 too small.
    """
    half = x.dtype in (torch.float16, torch.bfloat16)
    return x.float() if half else x


class LayerNorm(nn.Module):
    """`layer_norm` with its parameters."""

    def __init__(self, config: Config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.width))
        self.bias = nn.Parameter(torch.zeros(config.width))
        self.eps, self.fused = config.eps, config.fused

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) to (..., C)."""
        if not self.fused:
            return layer_norm(x, self.weight, self.bias, self.eps)
        return F.layer_norm(
            x, self.weight.shape, self.weight, self.bias, self.eps
        )


class RMSNorm(nn.Module):
    """`rms_norm` with its parameters."""

    def __init__(self, config: Config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.width))
        self.eps, self.fused = config.eps, config.fused

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) to (..., C)."""
        if not (self.fused and x.is_cuda):  # on a CPU the formula is faster
            return rms_norm(x, self.weight, self.eps)
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


NORMS = {"layer": LayerNorm, "rms": RMSNorm}

# Feed-forward


def relu(x: Tensor) -> Tensor:
    """max(0, x)."""
    return x.clamp(min=0)


def gelu(x: Tensor) -> Tensor:
    """`x` times the chance that a standard normal number is below x, exact.

    Hendrycks and Gimpel 2016.
    """
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x: Tensor) -> Tensor:
    """`gelu` by a hyperbolic tangent, off by at most 4.8e-4."""
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


def silu(x: Tensor) -> Tensor:
    """`x` times its own sigmoid; also called Swish."""
    return x * torch.sigmoid(x)


GATED = ("geglu", "geglu_tanh", "swiglu")
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": relu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "geglu": gelu,
    "geglu_tanh": gelu_tanh,
    "swiglu": silu,
}
FUSED: dict[str, Callable[[Tensor], Tensor]] = {  # torch's own
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "geglu": F.gelu,
    "geglu_tanh": partial(F.gelu, approximate="tanh"),
    "swiglu": F.silu,
}


def feed_forward(
    x: Tensor,
    up: Callable[[Tensor], Tensor],
    down: Callable[[Tensor], Tensor],
    activation: Callable[[Tensor], Tensor],
    gated: bool = False,
) -> Tensor:
    """Two layers applied to each token of `x` (B, T, C) by itself: (B, T, C).

    Plain: down(f(up(x))), where `up` gives (B, T, hidden). Gated (GeGLU,
    SwiGLU): `up` gives (B, T, 2 hidden), the gate and then the value, and the
    result is down(f(gate) * value). Shazeer 2020.
    """
    if not gated:
        return down(activation(up(x)))
    gate, value = up(x).chunk(2, dim=-1)  # (B, T, hidden) each
    return down(activation(gate) * value)


class FeedForward(nn.Module):
    """`feed_forward` with its parameters."""

    def __init__(self, config: Config):
        super().__init__()
        self.gated = config.activation in GATED
        activations = FUSED if config.fused else ACTIVATIONS
        self.activation = activations[config.activation]
        # Gate and up read the same vectors, so one product makes both.
        n_up = config.hidden * (2 if self.gated else 1)
        self.up = nn.Linear(config.width, n_up, config.bias)
        self.down = nn.Linear(config.hidden, config.width, config.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        return feed_forward(x, self.up, self.down, self.activation, self.gated)


# Residual stream


def residual(
    x: Tensor,
    sublayer: Callable[[Tensor], Tensor],
    norm: Callable[[Tensor], Tensor],
    kind: str,
    alpha: float = 1.0,
) -> Tensor:
    """The stream `x` (..., C) with what a sublayer f writes into it (..., C).

    pre     x + f(norm(x)): Xiong et al. 2020
    post    norm(alpha x + f(x)): Vaswani et al. 2017; with alpha above 1 it
            is DeepNorm (Wang et al. 2022, eq. 4)
    deep    alpha n + f(n) with n = norm(x): DeepNorm as ChatGLM-6B has it,
            the norm of the layer before moved behind the border

    Norm and sublayer are called once each. Raises `ValueError` on another
    `kind`.
    """
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(f"kind is 'pre', 'post' or 'deep', not {kind!r}")
