"""ChatGLM-6B in plain NumPy, written from what its released code does and not from `minillm`.

Weights have the released names and layout: `query_key_value` holds for each head its queries, its
keys and its values. Every function takes the array module as `xp`: the same text runs on NumPy
arrays and, for exact gradients, on torch tensors.

One thing differs on purpose: the release rounds the frequencies of RoPE to 16 bits, we do not.
"""

import math
from types import ModuleType
from typing import Any

import numpy as np

Array = Any


def context_length(ids: np.ndarray, bos: int) -> np.ndarray:
    """How many tokens stand in front of the BOS of each text: (B,)."""
    return np.argmax(ids == bos, axis=1)


def hidden_pairs(ids: np.ndarray, bos: int) -> np.ndarray:
    """Pairs (query, key) that must not meet, (B, 1, T, T): the future, unless it is context."""
    T = ids.shape[1]
    past = np.tril(np.ones((T, T), bool))
    context = np.arange(T)[None, None, :] < context_length(ids, bos)[:, None, None]
    return ~(past[None] | context)[:, None]


def position_ids(ids: np.ndarray, bos: int, mask: int) -> np.ndarray:
    """Position in the text and position in the block, (B, 2, T).

    From the BOS on the first stands still at the place of the mask token, the second counts from 1.
    """
    steps = np.arange(ids.shape[1])[None, :]
    context = context_length(ids, bos)[:, None]
    at_mask = np.argmax(ids == mask, axis=1)[:, None]
    first = np.where(steps < context, steps, at_mask)
    second = np.where(steps < context, 0, steps - context + 1)
    return np.stack((first, second), axis=1)


def layer_norm(xp: ModuleType, x: Array, weight: Array, bias: Array, eps: float = 1e-5) -> Array:
    """Normalised over the last axis, with the biased variance and eps inside the root."""
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / xp.sqrt(variance + eps) * weight + bias


def gelu(xp: ModuleType, x: Array) -> Array:
    """The approximation by a hyperbolic tangent, as the release writes it."""
    return 0.5 * x * (1 + xp.tanh(0.7978845608028654 * x * (1 + 0.044715 * x * x)))


def linear(weights: dict[str, Array], name: str, x: Array) -> Array:
    """`x` times the transposed weight plus the bias."""
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def rotate_half(xp: ModuleType, x: Array) -> Array:
    """Second half of the last axis, negated, then the first half."""
    half = x.shape[-1] // 2
    return xp.concatenate((-x[..., half:], x[..., :half]), axis=-1)


def rope(xp: ModuleType, x: Array, positions: np.ndarray) -> Array:
    """`x` (B, T, H, D) turned by positions (B, T), with the angles written twice side by side."""
    size = x.shape[-1]
    frequency = 1 / 10000 ** (np.arange(0, size, 2) / size)
    angles = positions[:, :, None, None] * np.concatenate((frequency, frequency))
    cos, sin = (like(xp, part, x) for part in (np.cos(angles), np.sin(angles)))
    return x * cos + rotate_half(xp, x) * sin


def rope_2d(xp: ModuleType, x: Array, positions: np.ndarray) -> Array:
    """First half of each head turned by the first positions, second half by the second."""
    half = x.shape[-1] // 2
    parts = (x[..., :half], x[..., half:])
    turned = [rope(xp, part, positions[:, i]) for i, part in enumerate(parts)]
    return xp.concatenate(turned, axis=-1)


def like(xp: ModuleType, numbers: np.ndarray, x: Array) -> Array:
    """NumPy's numbers as an array of the module and of the type of `x`."""
    return xp.asarray(numbers, dtype=x.dtype)


def softmax(xp: ModuleType, scores: Array) -> Array:
    """Over the last axis."""
    weights = xp.exp(scores - xp.amax(scores, -1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def attention(
    xp: ModuleType,
    weights: dict[str, Array],
    layer: int,
    x: Array,
    n_heads: int,
    positions: np.ndarray,
    hidden: np.ndarray,
) -> Array:
    """Self-attention of layer number `layer`, (B, T, C).

    Queries are divided by layer + 1 as well as by the root of the head's size, and the scores
    multiplied again after the mask: this keeps them small in 16 bits, and changes nothing else.
    """
    B, T, C = x.shape
    size = C // n_heads
    mixed = linear(weights, f"layers.{layer}.attention.query_key_value", x)
    mixed = mixed.reshape(B, T, n_heads, 3 * size)
    q, k, v = (mixed[..., i * size : (i + 1) * size] for i in range(3))
    q, k = rope_2d(xp, q, positions), rope_2d(xp, k, positions)
    q = q / (math.sqrt(size) * (layer + 1))
    q, k, v = (xp.swapaxes(part, 1, 2) for part in (q, k, v))  # (B, H, T, D)
    scores = q @ xp.swapaxes(k, -1, -2)
    scores = xp.where(xp.asarray(hidden), like(xp, np.array(-10000.0), x), scores)
    context = softmax(xp, scores * (layer + 1)) @ v
    context = xp.swapaxes(context, 1, 2).reshape(B, T, C)
    return linear(weights, f"layers.{layer}.attention.dense", context)


def feed_forward(
    xp: ModuleType, weights: dict[str, Array], layer: int, x: Array, gated: bool
) -> Array:
    """Linear, GELU, Linear as released; gated, the first half of what goes in is the value."""
    inner = linear(weights, f"layers.{layer}.mlp.dense_h_to_4h", x)
    if gated:
        half = inner.shape[-1] // 2
        inner = inner[..., :half] * gelu(xp, inner[..., half:])
    else:
        inner = gelu(xp, inner)
    return linear(weights, f"layers.{layer}.mlp.dense_4h_to_h", inner)


def logits(
    xp: ModuleType,
    weights: dict[str, Array],
    ids: np.ndarray,
    n_layers: int,
    n_heads: int,
    positions: np.ndarray,
    hidden: np.ndarray,
    gated: bool = False,
    alpha: float | None = None,
) -> Array:
    """Scores of the next token, (B, T, V); the skip carries the *normalised* value, times alpha."""
    alpha = math.sqrt(2 * n_layers) if alpha is None else alpha
    x = weights["word_embeddings.weight"][xp.asarray(ids)]
    for i in range(n_layers):
        norms = [
            (weights[f"layers.{i}.{name}.weight"], weights[f"layers.{i}.{name}.bias"])
            for name in ("input_layernorm", "post_attention_layernorm")
        ]
        a = layer_norm(xp, x, *norms[0])
        x = alpha * a + attention(xp, weights, i, a, n_heads, positions, hidden)
        m = layer_norm(xp, x, *norms[1])
        x = alpha * m + feed_forward(xp, weights, i, m, gated)
    x = layer_norm(xp, x, weights["final_layernorm.weight"], weights["final_layernorm.bias"])
    return x @ weights["lm_head.weight"].T
