"""A model in a small file: one byte for each weight, and where it stands.

The file that a web page runs (`minillm.export` reads it): the length of a JSON
header (4 bytes), the header, then the numbers, all little-endian. A matrix is
stored as one signed byte for each number and one float32 for each row, its
scale; a vector as float32.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from minillm import checkpoint
from minillm.architectures import TABLE
from minillm.language_model import LanguageModel
from minillm.pretokenizer import PATTERN, javascript
from minillm.tokenizer import Tokenizer

LARGEST = 127  # of a signed byte whose negative exists, too
# What the page's forward pass knows: the row LLaMA of the table.
KNOWN = {name: x for name, x in TABLE["llama"].items() if name != "eps"} | {
    "final_norm": True,
    "embedding_norm": False,
    "embedding_scale": False,
    "n_segments": 0,
}


def quantize_rows(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes (O, I) int8 and scales (O,) float32 of a matrix (O, I).

    A row's scale is its largest absolute number over 127, and a code is the
    number over the scale, rounded to the nearest whole number: codes times
    scale is off by at most half a scale. A row of zeros has the scale 0 and
    the codes 0. Raises `ValueError` where a number is NaN or infinite.

    >>> codes, scale = quantize_rows(np.array([[0.5, -1.27], [0, 0]]))
    >>> codes.tolist(), scale.round(4).tolist()
    ([[50, -127], [0, 0]], [0.009999999776482582, 0.0])
    """
    if not np.isfinite(weight).all():
        raise ValueError("a weight is NaN or infinite: it has no code")
    scale = (np.abs(weight).max(axis=1) / LARGEST).astype(np.float32)
    # In float64: a quotient that is rounded twice can miss the nearest code.
    safe = np.where(scale > 0, scale, 1).astype(np.float64)[:, None]
    codes = np.round(weight / safe).clip(-LARGEST, LARGEST)
    return codes.astype(np.int8), scale


def product(codes: np.ndarray, scale: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The product of a quantised matrix with vectors: (..., O) of float64.

    `codes` (O, I) int8 and `scale` (O,) are those of `quantize_rows`, `x`
    (..., I) are floats. The codes are summed first and the scale comes last:
    one multiplication for each row, not one for each weight.
    """
    sums = x.astype(np.float64) @ codes.T.astype(np.float64)  # (..., O)
    return sums * scale


def pack(
    weights: Mapping[str, np.ndarray],
) -> tuple[dict[str, dict[str, Any]], bytes]:
    """Named weights as bytes, and where each of them stands in these.

    A matrix gives its codes (int8, row by row), then its scales (float32); a
    vector its numbers (float32). Of each name the directory says the `shape`,
    a list, and the offsets of `codes` and `scales`, or of `floats`. Names come
    in alphabetical order, so that the same weights give the same bytes. Each
    offset is a multiple of 4, with zero bytes in between: a page can look at
    floats nowhere else. Raises `ValueError` on weights with another number of
    axes, and where a number is NaN or infinite, with the name.
    """
    directory: dict[str, dict[str, Any]] = {}
    numbers = bytearray()

    def put(array: np.ndarray) -> int:
        start = len(numbers)
        numbers.extend(array.tobytes())
        numbers.extend(b"\0" * (-len(numbers) % 4))
        return start

    for name in sorted(weights):
        weight = np.asarray(weights[name])
        if weight.ndim not in (1, 2) or not np.isfinite(weight).all():
            raise ValueError(
                f"{name} {weight.shape} is no vector or matrix of finite "
                "numbers"
            )
        about: dict[str, Any] = {"shape": list(weight.shape)}
        if weight.ndim == 2:
            codes, scale = quantize_rows(weight)
            about |= {"codes": put(codes), "scales": put(scale.astype("<f4"))}
        else:
            about["floats"] = put(weight.astype("<f4"))
        directory[name] = about
    return directory, bytes(numbers)


def frame(header: Mapping[str, Any], numbers: bytes) -> bytes:
    """A file: the header's length, the header, the numbers.

    The length is 4 bytes, little-endian, that of the JSON in UTF-8 with the
    blanks behind it. There are as many blanks as it takes for the numbers to
    begin at a multiple of 4.
    """
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at once: whoever reads finds the old one or the new one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


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
    directory, numbers = pack(
        {name: w.double().cpu().numpy() for name, w in weights.items()}
    )
    header = {
        "config": asdict(config),
        "vocabulary": {
            "pattern": javascript(PATTERN),
            "bytes": vocabulary.byte_ids,
            "merges": [i for pair in vocabulary.merges for i in pair],
        },
        "tensors": directory,
        "provenance": dict(provenance),
    }
    return frame(header, numbers)
