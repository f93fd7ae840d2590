"""The five architectures: rows of one table, and their published sizes."""

import math
from typing import Any, NamedTuple

import torch

from minillm.config import Config
from minillm.layers import GATED
from minillm.transformer import Transformer

TABLE: dict[str, dict[str, Any]] = {
    "original": {  # Vaswani et al. 2017
        "structure": "encoder-decoder",
        "position": "sinusoidal",
        "activation": "relu",
        "norm": "layer",
        "residual": "post",
        "final_norm": False,
        "embedding_scale": True,
    },
    "bert": {  # Devlin et al. 2019
        "structure": "encoder",
        "position": "learned",
        "activation": "gelu",
        "norm": "layer",
        "residual": "post",
        "final_norm": False,
        "embedding_norm": True,
        "n_segments": 2,
        "eps": 1e-12,
        "head": "mlm",
    },
    "llama": {  # Touvron et al. 2023
        "structure": "decoder",
        "position": "rope",
        "activation": "swiglu",
        "norm": "rms",
        "residual": "pre",
        "bias": False,
        "eps": 1e-6,
        "head": "linear",
    },
    "chatglm": {  # Du et al. 2022; its released code has "gelu_tanh"
        "structure": "prefix",
        "position": "rope2d",
        "activation": "geglu_tanh",
        "norm": "layer",
        "residual": "deep",
    },
    "bloom": {  # BigScience 2022
        "structure": "decoder",
        "position": "alibi",
        "activation": "gelu_tanh",
        "norm": "layer",
        "residual": "pre",
        "embedding_norm": True,
    },
}


def configure(row: str, **sizes: Any) -> Config:
    """A row of the table at some size; any setting can be replaced.

    >>> config = configure("llama", vocab_size=32_000, n_layers=32, width=4096,
    ...                    n_heads=32, hidden=ffn_width(4096), context=2048)
    >>> config.activation, config.norm
    ('swiglu', 'rms')

    Raises `ValueError` on a row or a setting that does not exist.
    """
    if row not in TABLE:
        raise ValueError(f"rows are {', '.join(TABLE)}; not {row!r}")
    settings = TABLE[row] | sizes
    unknown = settings.keys() - Config.__dataclass_fields__
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    if settings["residual"] == "deep":
        alpha = math.sqrt(2 * settings["n_layers"])
        settings = {"alpha": alpha, "beta": 1 / alpha} | settings
    return Config(**settings)


def ffn_width(C: int, multiple: int = 256) -> int:
    """LLaMA's inner width: 2/3 of 4 C, so that a gated layer has as many
    weights as a plain one of 4 C, cut to a whole number and then rounded up
    to a multiple. Touvron et al. 2023, 2.2.

    >>> ffn_width(4096)
    11008
    """
    return multiple * math.ceil(int(2 / 3 * 4 * C) / multiple)


def count_parameters(config: Config) -> int:
    """Trainable numbers of a Transformer, by formula.

    With G = `kv_heads` x `head_size`, F = `hidden` and no biases: a block has
    C (C + 2 G) + C C for attention, 2 C F for the feed-forward (3 C F where it
    is gated), and two norms; a layer norm has 2 C numbers, an RMS norm C. A
    bias has as many numbers as its matrix has outputs.
    """
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G = config.kv_heads * config.head_size
    norm = 2 * C if config.norm == "layer" else C
    final = norm if config.final_norm else 0

    def linear(n_in: int, n_out: int, bias: bool = config.bias) -> int:
        return n_in * n_out + (n_out if bias else 0)

    attention = linear(C, C + 2 * G) + linear(C, C)
    up = 2 * F if config.activation in GATED else F
    block = attention + linear(C, up) + linear(F, C) + 2 * norm
    total = V * C + L * block + final
    if config.structure == "encoder-decoder":
        # A second stack, and in each block of the decoder a third sublayer.
        total += L * block + final
        total += L * (attention + norm)
    if config.position == "learned":
        total += config.context * C
    total += config.n_segments * C
    if config.embedding_norm:
        total += norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":  # the matrix of the tokens is used again
        total += linear(C, C, bias=True) + norm + V
    return total


def n_parameters(config: Config) -> int:
    """The same, counted on a model that takes no memory."""
    with torch.device("meta"):
        model = Transformer(config)
    return sum(p.numel() for p in model.parameters())


def cache_bytes(config: Config, bytes_per_number: int = 2) -> int:
    """Memory of one token in the KV cache: a key and a value of each key head
    in each layer.
    """
    numbers = 2 * config.n_layers * config.kv_heads * config.head_size
    return numbers * bytes_per_number


class Published(NamedTuple):
    """A model that somebody trained, and how large they say that it is."""

    config: Config
    n_parameters: float  # as published, rounded or exact
    source: str


def _published(
    row: str,
    n_parameters: float,
    source: str,
    shape: tuple[int, int, int, int, int, int],
    **more: Any,
) -> Published:
    names = (
        "vocab_size",
        "n_layers",
        "n_heads",
        "width",
        "hidden",
        "context",
    )
    config = configure(row, **dict(zip(names, shape, strict=True)), **more)
    return Published(config, n_parameters, source)


# Literal widths: `ffn_width` has no body in the wheel of a class, and this is
# read whenever the module is.
SIZES = {  # vocab_size, n_layers, n_heads, width, hidden, context
    "Transformer base": _published(
        "original",
        65e6,
        "Vaswani et al. 2017, table 3",
        (37_000, 6, 8, 512, 2048, 512),
    ),
    "Transformer big": _published(
        "original",
        213e6,
        "Vaswani et al. 2017, table 3",
        (37_000, 6, 16, 1024, 4096, 512),
    ),
    "BERT base": _published(
        "bert",
        110e6,
        "Devlin et al. 2019, section 3",
        (30_522, 12, 12, 768, 3072, 512),
    ),
    "BERT large": _published(
        "bert",
        340e6,
        "Devlin et al. 2019, section 3",
        (30_522, 24, 16, 1024, 4096, 512),
    ),
    "LLaMA 7B": _published(
        "llama",
        6_738_415_616,
        "weights of Touvron et al. 2023",
        (32_000, 32, 32, 4096, 11_008, 2048),
    ),
    "LLaMA 65B": _published(
        "llama",
        65_285_660_672,
        "weights of Touvron et al. 2023",
        (32_000, 80, 64, 8192, 22_016, 2048),
    ),
    "ChatGLM-6B": _published(
        "chatglm",
        6_173_286_400,
        "weights of ChatGLM-6B, tokens of images taken out",
        (130_528, 28, 32, 4096, 16_384, 2048),
        activation="gelu_tanh",
    ),
    "BLOOM-176B": _published(
        "bloom",
        176_247_271_424,
        "model card of BLOOM",
        (250_880, 70, 112, 14_336, 57_344, 2048),
    ),
}
