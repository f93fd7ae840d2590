"""A trained model in one small file that a web page can run.

The file: the length of a JSON header (4 bytes), the header, then the numbers,
all little-endian. A matrix is stored as one signed byte for each number and
one float32 for each row, its scale; a vector as float32. `book/figures/
minillm.js` reads the file, and so does `from_bytes`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm import checkpoint
from minillm.architectures import TABLE
from minillm.config import Config
from minillm.corpus import DATA
from minillm.language_model import LanguageModel
from minillm.pretokenizer import PATTERN, javascript
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

PAGE = DATA / "models" / "mini_llm_austen.bin"
LARGEST = 127  # of a signed byte whose negative exists, too
# What the page's forward pass knows: the row LLaMA of the table.
KNOWN = {name: x for name, x in TABLE["llama"].items() if name != "eps"} | {
    "final_norm": True,
    "embedding_norm": False,
    "embedding_scale": False,
    "n_segments": 0,
}


def quantise(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes (R, C) int8 and scales (R,) float32 of a matrix (R, C).

    A row's largest number becomes 127 or -127; codes times scale is off by at
    most half a scale. A row of zeros has the scale 0.
    """
    scale = (np.abs(matrix).max(axis=1) / LARGEST).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(np.float64)[:, None]
    codes = np.round(matrix / safe).clip(-LARGEST, LARGEST)
    return codes.astype(np.int8), scale


def to_bytes(model: LanguageModel, provenance: Mapping[str, Any]) -> bytes:
    """The file of a model of the row LLaMA with a tokenizer.

    Raises `ValueError` on another kind of model or vocabulary, and on weights
    that are not finite.
    """
    config, vocabulary = model.net.config, model.vocabulary
    for name, value in KNOWN.items():
        if getattr(config, name) != value:
            raise ValueError(
                f"a page runs models with {name} {value!r}, "
                f"not {getattr(config, name)!r}"
            )
    if not isinstance(vocabulary, Tokenizer) or vocabulary.patterns != (
        PATTERN,
    ):
        raise ValueError(
            "a page knows the course's own tokenizer, not "
            f"{type(vocabulary).__name__}"
        )
    weights = model.net.state_dict()
    checkpoint.check_finite(weights, "the network")
    parts: list[bytes] = []
    tensors: dict[str, dict[str, Any]] = {}
    end = 0

    def put(array: np.ndarray) -> int:
        nonlocal end
        start, data = end, array.tobytes()
        data += b"\0" * (-len(data) % 4)  # floats begin at multiples of 4
        parts.append(data)
        end += len(data)
        return start

    for name, weight in weights.items():
        array = weight.double().cpu().numpy()
        about: dict[str, Any] = {"shape": list(array.shape)}
        if array.ndim == 2:
            codes, scale = quantise(array)
            about |= {"codes": put(codes), "scales": put(scale)}
        else:
            about["floats"] = put(array.astype("<f4"))
        tensors[name] = about
    header = json.dumps(
        {
            "config": asdict(config),
            "vocabulary": {
                "pattern": javascript(PATTERN),
                "bytes": vocabulary.byte_ids,
                "merges": [i for pair in vocabulary.merges for i in pair],
            },
            "tensors": tensors,
            "provenance": dict(provenance),
        },
        separators=(",", ":"),
    ).encode()
    header += b" " * (-len(header) % 4)
    return b"".join([len(header).to_bytes(4, "little"), header, *parts])


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
