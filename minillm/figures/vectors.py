"""Figures of chapter 3: a lookup, a step of skip-gram, a map of words."""

import base64
from typing import Any

import numpy as np

from minillm.figures.widget import Figure, packed
from minillm.lexicon import Lexicon
from minillm.vectors import austen


def onehot(table: list[list[float]] | None = None) -> Figure:
    """One-hot vectors times your table, or that of the slides."""
    return Figure("onehot", {"table": table} if table else {})


def sgns(
    v: list[float] | None = None,
    pos: list[float] | None = None,
    negs: list[list[float]] | None = None,
) -> Figure:
    """Steps from your vectors in the plane, or from the chapter's."""
    return Figure("sgns", {"v": v, "pos": pos, "negs": negs} if v else {})


def wordmap(
    lexicon: Lexicon | None = None, table: np.ndarray | None = None
) -> Figure:
    """The neighbours of words in your table (V, C), or in the course's."""
    if lexicon is None or table is None:
        lexicon, table, _ = austen()
    return Figure("wordmap", wordmap_data(lexicon, table))


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    lexicon, table, _ = austen()
    return {"wordmap.json.gz": packed(wordmap_data(lexicon, table))}


def wordmap_data(
    lexicon: Lexicon, table: np.ndarray, n_words: int = 2000
) -> dict[str, Any]:
    """The vectors (V, C) of the most frequent words, for a map.

    `bytes` holds them as signed bytes in base64, each row with a scale, and
    `xy` their places between 0 and 1 in the plane of largest variance.
    """
    table = table[:n_words]
    scale = np.abs(table).max(1) / 127
    rounded = np.round(table / scale[:, None]).astype(np.int8)
    centred = table - table.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    plane = centred @ axes[:2].T
    low, high = np.quantile(plane, [0.002, 0.998], axis=0)
    places = np.clip((plane - low) / (high - low), 0, 1)
    return {
        "words": lexicon.words[:n_words],
        "counts": lexicon.counts[:n_words].tolist(),
        "dim": table.shape[1],
        "bytes": base64.b64encode(rounded.tobytes()).decode(),
        "scales": scale.astype(float).tolist(),
        "xy": places.round(4).tolist(),
    }
