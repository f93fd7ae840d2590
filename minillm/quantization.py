"""Weights in few bits: blocks of whole numbers that share a scale.

The blocks are those of GGUF files, described in `ggml-common.h` of the ggml
project; all numbers are little-endian.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


def dequantize_q8_0(blocks: np.ndarray) -> np.ndarray:
    """Whole numbers times the scale of their block.

    Blocks (N,) have the fields `scale` () float16 and `codes` (32,) int8;
    returns float32 (N, 32).
    """
    scale = blocks["scale"].astype(np.float32)[:, None]  # (N, 1)
    return scale * blocks["codes"]


def nibbles(codes: np.ndarray) -> np.ndarray:
    """Two numbers from 0 to 15 out of each byte: (N, 16) to (N, 32).

    The low halves of all bytes come first, then the high halves.

    >>> nibbles(np.array([[0x21, 0x43]], np.uint8))
    array([[1, 3, 2, 4]], dtype=uint8)
    """
    return np.concatenate([codes & 15, codes >> 4], axis=1)


def dequantize_q4_0(blocks: np.ndarray) -> np.ndarray:
    """Numbers from -8 to 7 times the scale of their block.

    Blocks (N,) have the fields `scale` () float16 and `codes` (16,) uint8, two
    `nibbles` each, stored with 8 added; returns float32 (N, 32).
    """
    scale = blocks["scale"].astype(np.float32)[:, None]  # (N, 1)
    return scale * (nibbles(blocks["codes"]).view(np.int8) - np.int8(8))


def dequantize_q4_1(blocks: np.ndarray) -> np.ndarray:
    """Numbers from 0 to 15 times the block's scale, plus its minimum.

    Blocks (N,) have the fields `scale` and `minimum`, both () float16, and
    `codes` (16,) uint8, two `nibbles` each; returns float32 (N, 32).
    """
    scale = blocks["scale"].astype(np.float32)[:, None]  # (N, 1)
    minimum = blocks["minimum"].astype(np.float32)[:, None]
    weights = scale * nibbles(blocks["codes"])
    weights += minimum
    return weights


def dequantize_bf16(blocks: np.ndarray) -> np.ndarray:
    """The upper 16 bits of a float32, (N,) uint16, as float32 (N,)."""
    return (blocks.astype(np.uint32) << 16).view(np.float32)


def widen(blocks: np.ndarray) -> np.ndarray:
    """Plain floats (N,) as float32 (N,)."""
    return blocks.astype(np.float32)


@dataclass(frozen=True)
class Format:
    """How weights are stored: `n_weights` in each block of this `dtype`."""

    name: str
    n_weights: int
    dtype: np.dtype
    dequantize: Callable[[np.ndarray], np.ndarray]


SCALE, MINIMUM = ("scale", "<f2"), ("minimum", "<f2")
HALVES = ("codes", "u1", 16)
FORMATS = {
    0: Format("F32", 1, np.dtype("<f4"), widen),
    1: Format("F16", 1, np.dtype("<f2"), widen),
    2: Format("Q4_0", 32, np.dtype([SCALE, HALVES]), dequantize_q4_0),
    3: Format("Q4_1", 32, np.dtype([SCALE, MINIMUM, HALVES]), dequantize_q4_1),
    8: Format(
        "Q8_0", 32, np.dtype([SCALE, ("codes", "i1", 32)]), dequantize_q8_0
    ),
    30: Format("BF16", 1, np.dtype("<u2"), dequantize_bf16),
}
