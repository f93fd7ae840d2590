"""A frozen linear layer in 4 bits, for an adapter to stand beside: QLoRA.

Dettmers et al. 2023 round to 16 levels that suit normal numbers (NF4) in
blocks of 64. These are the blocks of GGUF files, 32 numbers with 16 even
levels; the idea is the same.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.quantization import FORMATS, dequantize_q4_0
from minillm.tuning import parts_of, replace

Q4_0 = FORMATS[2]


def quantize_q4_0(weights: np.ndarray) -> np.ndarray:
    """Weights (N, 32) as N blocks: the inverse of `dequantize_q4_0`, but for
    rounding.

    The number furthest from 0 gets the code -8, the scale follows from it.
    Raises `ValueError` on a number that is NaN or infinite, and on a scale
    that float16 cannot hold.
    """
    if not np.isfinite(weights).all():
        raise ValueError("weights have a number that is NaN or infinite")
    at = np.abs(weights).argmax(axis=1)[:, None]
    scale = np.take_along_axis(weights, at, axis=1) / np.float32(-8)  # (N, 1)
    largest = np.abs(scale).max(initial=0)
    if largest > np.finfo(np.float16).max:
        raise ValueError(f"float16 cannot hold the scale {largest}")
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)
    codes = (weights.astype(np.float64) * inverse + 8.5).astype(np.uint8)
    codes = codes.clip(max=15)
    blocks = np.empty(len(weights), Q4_0.dtype)
    blocks["scale"] = scale[:, 0].astype(np.float16)
    blocks["codes"] = codes[:, :16] | codes[:, 16:] << 4
    return blocks


class FourBit(nn.Module):
    """A linear layer whose weight (out, in) is kept in blocks of 4 bits.

    18 bytes keep 32 numbers: 4.5 bits each. The weight is unpacked for each
    product, and is never a parameter. Raises `ValueError` where 32 does not
    divide the inputs.
    """

    bytes: Tensor  # of the blocks

    def __init__(self, linear: nn.Linear):
        super().__init__()
        self.out_features, self.in_features = linear.weight.shape
        if self.in_features % Q4_0.n_weights:
            raise ValueError(
                f"blocks of 32 do not divide rows of {self.in_features}"
            )
        weight = linear.weight.detach().float().cpu().numpy()
        blocks = quantize_q4_0(weight.reshape(-1, Q4_0.n_weights))
        self.register_buffer("bytes", torch.from_numpy(blocks.view(np.uint8)))
        self.bias = linear.bias

    @property
    def weight(self) -> Tensor:
        """What the blocks stand for, float32 (out, in)."""
        blocks = self.bytes.cpu().numpy().view(Q4_0.dtype)
        weight = torch.from_numpy(dequantize_q4_0(blocks))
        shape = self.out_features, self.in_features
        return weight.reshape(shape).to(self.bytes.device)

    @weight.setter
    def weight(self, value: Tensor) -> None:
        raise ValueError(
            "a weight of 4 bits cannot take an update: rounded to 16 levels, "
            "most of it would be lost"
        )

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        return F.linear(x, self.weight.to(x.dtype), self.bias)


def four_bit(net: nn.Module) -> None:
    """Keep all linear layers of a network in 4 bits; what stays as it is are
    embeddings, norms and biases. The network is frozen.
    """
    net.requires_grad_(False)
    for path, part in parts_of(net, nn.Linear):
        replace(net, path, FourBit(part))
