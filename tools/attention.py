"""Measure what attention does: `python -m tools.attention` writes `data/results/06_attention.json`.

On the model of the book's pages and Austen's validation text: how many bits a byte costs when
attention may look back a few tokens only, and when one head is silenced; where heads look.
`python -m tools.attention habits` measures one part again.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from minillm import transformer
from minillm.attention import Masks, causal_mask, mask_bias
from minillm.config import Config
from minillm.corpus import BOS, DATA
from minillm.export import austen_page
from minillm.language_model import LanguageModel
from minillm.yardstick import bits_per_byte
from tools.provenance import provenance
from tools.texts import texts_of

RESULTS = DATA / "results" / "06_attention.json"
N_BYTES = 60_000  # of validation text that each setting is scored on
REACHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def excerpt() -> list[str]:
    """The first validation chapters, about `N_BYTES` long."""
    found: list[str] = []
    for text in texts_of("austen")["valid"]:
        if sum(map(len, found)) < N_BYTES:
            found.append(text)
    return found


@contextmanager
def reach(n: int) -> Iterator[None]:
    """Attention that sees the last `n` tokens, the token itself among them."""

    def near(config: Config, order: Tensor, T: int, *_: Any, dtype: torch.dtype) -> Masks:
        ago = order[:, -T:, None] - order[:, None, :]
        return Masks(mask_bias(causal_mask(order, T) & (ago < n)[:, None], dtype))

    def masks(config: Config, order: Tensor, T: int, *rest: Any) -> Masks:
        return near(config, order, T, dtype=rest[-1])

    with patch.object(transformer, "masks", masks):
        yield


def by_reach(model: LanguageModel, texts: list[str]) -> list[dict[str, float]]:
    """Bits per byte where attention looks back so far."""
    rows = []
    for n in REACHES:
        with reach(n):
            rows.append({"reach": n, "bits_per_byte": bits_per_byte(model, texts)})
        print(rows[-1], flush=True)
    return rows


def without_heads(model: LanguageModel, texts: list[str]) -> list[dict[str, float]]:
    """Bits per byte where one head adds nothing."""
    rows = []
    for layer, block in enumerate(model.net.blocks):
        attention = block.attention
        weight = attention.out.weight.data
        for head in range(attention.H):
            columns = slice(head * attention.D, (head + 1) * attention.D)
            kept = weight[:, columns].clone()
            weight[:, columns] = 0
            rows.append(
                {"layer": layer, "head": head, "bits_per_byte": bits_per_byte(model, texts)}
            )
            weight[:, columns] = kept
            print(rows[-1], flush=True)
    return rows


@torch.no_grad()
def habits(model: LanguageModel, texts: list[str]) -> list[dict[str, float]]:
    """Mean weight of each head on the token before, the first one and itself; and, where random
    tokens are repeated, on the token behind the same one ("induction").
    """
    seen: list[Tensor] = []

    def plain(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
        scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        weights = (scores if bias is None else scores + bias).softmax(dim=-1)
        seen.append(weights)
        return weights @ v

    stream = torch.tensor([BOS, *model.vocabulary.encode(texts[0])][: 8 * 128]).view(8, 128)
    drawn = torch.randint(258, 2048, (8, 40), generator=torch.Generator().manual_seed(0))
    with patch("minillm.attention.scaled_dot_product_attention", plain):
        model.net(stream)
        model.net(torch.cat([drawn, drawn], dim=1))
    rows = []
    n_layers = len(model.net.blocks)
    for layer, (weights, repeated) in enumerate(zip(seen[:n_layers], seen[n_layers:], strict=True)):
        for head in range(weights.shape[1]):
            w = weights[:, head, 2:]  # (B, T - 2, T)
            t, again = torch.arange(2, 128), torch.arange(40, 80)
            rows.append(
                {
                    "layer": layer,
                    "head": head,
                    "before": float(w[:, t - 2, t - 1].mean()),
                    "first": float(w[:, :, 0].mean()),
                    "itself": float(w[:, t - 2, t].mean()),
                    "induction": float(repeated[:, head, again, again - 39].mean()),
                }
            )
    return rows


def store(name: str, value: Any, origin: dict[str, str]) -> None:
    """Put one part into the file, and where it comes from."""
    measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured["settings"] = {"bytes": sum(len(text.encode()) for text in excerpt())}
    measured.setdefault("provenance", {})[name] = origin
    measured[name] = value
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


def main() -> None:
    """Measure the parts that are named, or all, and write each as soon as it is there."""
    torch.set_num_threads(1)
    model, texts = austen_page(), excerpt()
    parts: dict[str, Callable[[], Any]] = {
        "all": lambda: bits_per_byte(model, texts),
        "habits": lambda: habits(austen_page(fused=False), texts),
        "reach": lambda: by_reach(model, texts),
        "without": lambda: without_heads(model, texts),
    }
    origin = provenance()  # before the first part is written: the file belongs to the tree
    for name in sys.argv[1:] or parts:
        store(name, parts[name](), origin)


if __name__ == "__main__":
    main()
