"""Keys and values of what a Transformer has read, so that it reads it once."""

import torch
from torch import Tensor

from minillm.config import Config


class LayerCache:
    """Keys and values of the tokens that one attention has read.

    Room for `length` tokens is set aside at once: (B, H_kv, length, D).
    """

    def __init__(self, k: Tensor, v: Tensor):
        self.k, self.v = k, v
        self.length = 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add keys and values (B, H_kv, T, D); returns all of them so far.

        Raises `ValueError` where there is no room left.
        """
        start, end = self.length, self.length + k.shape[2]
        if end > self.k.shape[2]:
            raise ValueError(
                f"the cache has room for {self.k.shape[2]} tokens, not {end}"
            )
        self.k[:, :, start:end], self.v[:, :, start:end] = k, v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]


class KVCache:
    """Keys and values of the tokens read so far, in every block.

    Room for `length` tokens of `batch` texts is set aside at once.
    """

    def __init__(
        self,
        config: Config,
        batch: int,
        length: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ):
        # At once: to grow by one token would copy all the others each time.
        shape = (batch, config.kv_heads, length, config.head_size)
        self.layers = [
            LayerCache(
                torch.zeros(shape, device=device, dtype=dtype),
                torch.zeros(shape, device=device, dtype=dtype),
            )
            for _ in range(config.n_layers)
        ]
        self.source: list[tuple[Tensor, Tensor]] | None = None

    @property
    def batch(self) -> int:
        """Texts that are read at once."""
        return len(self.layers[0].k)

    @property
    def dtype(self) -> torch.dtype:
        """Of the numbers that are kept."""
        return self.layers[0].k.dtype

    @property
    def length(self) -> int:
        """Tokens read so far."""
        return self.layers[0].length

    def reorder(self, rows: Tensor) -> None:
        """Go on with these rows (B,) of the batch, each as often as named."""
        # A copy even where rows stay: beams may be named twice, and then
        # each goes on in memory of its own.
        for layer in self.layers:
            layer.k, layer.v = layer.k[rows], layer.v[rows]
        if self.source is not None:
            self.source = [(k[rows], v[rows]) for k, v in self.source]
