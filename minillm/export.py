"""A trained model out of the small file that a web page runs.

`minillm.packing` says what is in such a file, and writes it. `book/figures/
minillm.js` reads it, and so does `from_bytes`.
"""

import json
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm import checkpoint
from minillm.config import Config
from minillm.corpus import DATA
from minillm.language_model import LanguageModel
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

PAGE = DATA / "models" / "mini_llm_austen.bin"


def read_header(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header of a file, and the numbers behind it.

    Raises `ValueError` on bytes that are no such file.
    """
    size = int.from_bytes(data[:4], "little")
    try:
        header = json.loads(data[4 : 4 + size])
    except ValueError as error:
        raise ValueError(f"no model for a page: {error}") from error
    return header, memoryview(data)[4 + size :]


def from_bytes(
    data: bytes, dtype: torch.dtype = torch.float32, fused: bool = True
) -> LanguageModel:
    """The model of a file: what the page runs, to the last bit of a weight
    where `dtype` is float64. `fused` says which attention it uses.

    Raises `ValueError` on bytes that are no such file.
    """
    header, numbers = read_header(data)
    config = Config(**header["config"] | {"fused": fused})
    net = Transformer(config).to(dtype)
    checkpoint.load_weights(
        net,
        {
            name: _tensor(about, numbers).to(dtype)
            for name, about in header["tensors"].items()
        },
    )
    about = header["vocabulary"]
    tokens: list[bytes] = [b"<s>", b"</s>"]
    by_id = sorted((i, byte) for byte, i in enumerate(about["bytes"]))
    tokens += [bytes([byte]) for _, byte in by_id]
    flat = about["merges"]
    merges = list(zip(flat[::2], flat[1::2], strict=True))
    for left, right in merges:
        tokens.append(tokens[left] + tokens[right])
    vocabulary = Tokenizer(tokens, merges, {"<s>": 0, "</s>": 1})
    return LanguageModel(net.eval(), vocabulary)


def _tensor(about: dict[str, Any], numbers: memoryview) -> Tensor:
    """One tensor in float64: codes times scales, or floats."""
    shape = about["shape"]
    n = int(np.prod(shape))
    if "floats" in about:
        floats = np.frombuffer(numbers, "<f4", n, about["floats"])
        return torch.from_numpy(floats.astype(np.float64).reshape(shape))
    codes = np.frombuffer(numbers, np.int8, n, about["codes"]).reshape(shape)
    scales = np.frombuffer(numbers, "<f4", shape[0], about["scales"])
    return torch.from_numpy(codes * scales.astype(np.float64)[:, None])


def austen_page(
    dtype: torch.dtype = torch.float32, fused: bool = True
) -> LanguageModel:
    """The model that runs in the book's pages, stored with the course.

    Trained on Austen by `make mini-llm ARGS="--recipe austen-page --page"`; a
    matrix has one byte a number.
    """
    return from_bytes(PAGE.read_bytes(), dtype, fused)
