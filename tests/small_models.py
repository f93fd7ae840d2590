"""Small Transformers with random weights for the tests, and how they are compared."""

import torch
from torch import Tensor, nn

from minillm.architectures import configure
from minillm.transformer import Transformer

SMALL = {"vocab_size": 61, "n_layers": 2, "n_heads": 4, "width": 32, "hidden": 40, "context": 24}


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers, the same for the same seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def random_ids(B: int, T: int, seed: int = 0, low: int = 0) -> Tensor:
    """Ids (B, T) from `low` to the end of the small vocabulary."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(low, SMALL["vocab_size"], (B, T), generator=generator)


@torch.no_grad()
def randomise(module: nn.Module, seed: int = 0) -> None:
    """Weights that keep vectors at order 1; no norm and no bias is left at what it starts from."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in module.named_parameters():
        p.normal_(generator=generator)
        if p.ndim > 1:
            p.div_(p.shape[1] ** 0.5)
        else:
            p.mul_(0.2).add_(0 if "bias" in name else 1)


def build(row: str, seed: int = 0, **settings: object) -> Transformer:
    """A small model of this row of the table with random weights."""
    model = Transformer(configure(row, **(SMALL | settings)))
    randomise(model, seed)
    return model


def padded(T: int, side: str | None) -> Tensor | None:
    """A mask (3, T) with no padding, 1 token of it, and all but 2; None where there is no side."""
    if side is None:
        return None
    n_real = torch.tensor([[T], [max(T - 1, 1)], [min(T, 2)]])
    mask = torch.arange(T) < n_real
    return mask.flip(1) if side == "left" else mask


def loss(logits: Tensor, mask: Tensor | None = None) -> Tensor:
    """A fixed weighted sum of the logits of real tokens, divided by their number."""
    logits = logits if mask is None else logits[mask]
    logits = logits.reshape(-1, logits.shape[-1])
    return (logits * normal(*logits.shape, seed=7).to(logits.dtype)).sum() / len(logits)


def close(x: Tensor, y: Tensor, atol: float = 1e-5) -> None:
    """The largest difference is at most `atol`."""
    torch.testing.assert_close(x, y, rtol=0, atol=atol, check_dtype=False)


def distance(x: Tensor, y: Tensor) -> float:
    """The largest difference."""
    return (x - y).abs().max().item()
