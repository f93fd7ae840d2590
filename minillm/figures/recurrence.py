"""Figures of chapter 4: gradients by distance, and the gates of an LSTM."""

import base64
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm import language_model
from minillm.corpus import BOS, DATA
from minillm.figures.widget import Figure, austen_texts, packed, to_json
from minillm.language_model import LanguageModel
from minillm.packing import quantize_rows
from minillm.recurrent import RNN
from minillm.rnn import lstm_cell

MODEL = DATA / "models" / "lstm_austen.safetensors"
QUOTE, NEWLINE = 36, 12  # ids of bytes


def highway() -> Figure:
    """Gradients by distance, and what a forget bias does to them."""
    return Figure("highway", highway_data())


def gates(model: LanguageModel | None = None) -> Figure:
    """Your LSTM of one layer over bytes, or the course's, on your sentence."""
    return Figure(
        "gates", gates_data(model or lstm(), austen_texts("valid")[0])
    )


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {
        "highway.json": to_json(highway_data()),
        "gates.json.gz": packed(gates().data),
    }


def highway_data() -> dict[str, Any]:
    """Measured gradients by distance, each against that of the last input."""
    file = DATA / "results" / "04_gradients.json"
    measured = json.loads(file.read_text())
    return {name: measured[name] for name in ("elman", "gru", "lstm")}


def lstm() -> LanguageModel:
    """The course's LSTM over the bytes of Austen."""
    return language_model.load(MODEL, RNN)


def inside_quotes(ids: Iterable[int]) -> np.ndarray:
    """1 at each id inside of a quotation, the opening mark included, else 0.

    A paragraph begins outside.
    """
    found, is_open = [], False
    for i in ids:
        is_open = (is_open ^ (i == QUOTE)) and i != NEWLINE
        found.append(float(is_open))
    return np.array(found)


def cells(net: RNN, ids: Iterable[int]) -> np.ndarray:
    """The cell (T, H) of a one-layer LSTM behind each id of a text."""
    return cells_of_texts(net, np.array([list(ids)]))[0]


def cells_of_texts(net: RNN, rows: np.ndarray) -> np.ndarray:
    """The cells (B, T, H) of a one-layer LSTM behind each id of B texts
    (B, T), read side by side.
    """
    W_x, W_h, b_x, b_h = net.layers[0].parameters()
    ((h, c),) = net.initial_state(len(rows))
    found = []
    begun = np.insert(rows, 0, BOS, axis=1)
    with torch.inference_mode():
        for x in net.embedding(torch.tensor(begun)).unbind(dim=1):
            h, c = lstm_cell(x, h, c, W_x, W_h, b_x + b_h)
            found.append(c)
    return torch.stack(found[1:], dim=1).numpy()


def separation(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How well each column of values (N, H) separates labels (N,) of 1 and 0:
    the area under the ROC curve (H,).

    It is the share of all pairs of a 1 and a 0 in which the 1 has the larger
    value: 0.5 by chance, 1 or 0 where a threshold separates them. Equal
    values are ordered by chance.
    """
    ranks = values.argsort(axis=0).argsort(axis=0) + 1.0
    n = labels.sum()
    below = ranks[labels > 0].sum(axis=0) - n * (n + 1) / 2
    return below / (n * (len(labels) - n))


def quote_unit(net: RNN, ids: np.ndarray) -> tuple[int, float]:
    """The unit whose cell follows the quotation marks best, and the
    correlation of the two.
    """
    c, inside = cells(net, ids.tolist()), inside_quotes(ids.tolist())
    c, inside = c - c.mean(0), inside - inside.mean()
    scale = np.linalg.norm(c, axis=0) * np.linalg.norm(inside)
    r = (c * inside[:, None]).sum(0) / np.maximum(scale, 1e-9)
    best = int(np.abs(r).argmax())
    return best, float(r[best])


def as_bytes(weight: Tensor) -> dict[str, Any]:
    """A matrix as signed bytes in base64, with a scale for each row."""
    codes, scales = quantize_rows(weight.detach().double().numpy())
    return {
        "bytes": base64.b64encode(codes.tobytes()).decode(),
        "scales": scales.tolist(),
    }


def from_bytes(data: dict[str, Any]) -> np.ndarray:
    """The matrix that `as_bytes` has written, rounded as it is."""
    scales = np.array(data["scales"])
    rows = np.frombuffer(base64.b64decode(data["bytes"]), np.int8)
    return rows.reshape(len(scales), -1) * scales[:, None]


def gates_data(
    model: LanguageModel, text: str, n_bytes: int = 6000
) -> dict[str, Any]:
    """A one-layer LSTM over bytes for the page, and the unit that follows the
    quotation marks of the first `n_bytes` of a text best.
    """
    net: RNN = model.net  # type: ignore[assignment]
    W_x, W_h, b_x, b_h = net.layers[0].parameters()
    ids = model.vocabulary.encode(text)[:n_bytes]
    unit, correlation = quote_unit(net, ids)
    return {
        "table": as_bytes(net.embedding.weight),
        "W_x": as_bytes(W_x),
        "W_h": as_bytes(W_h),
        "b": (b_x + b_h).tolist(),
        "unit": unit,
        "correlation": correlation,
        "n_bytes": len(ids),
    }
