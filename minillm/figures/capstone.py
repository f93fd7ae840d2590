"""Figures of chapter 14: a ruler for weights, and the mini-LLM, live."""

import json
from typing import Any

from minillm.corpus import DATA
from minillm.export import PAGE
from minillm.figures.widget import Figure, to_json

RESULTS = DATA / "results" / "14_mini_llm.json"


def live(text: str | None = None, model: bytes | None = None) -> Figure:
    """The model reads your text, says what surprised it, and writes on;
    `model` is a file of `minillm.packing`, by default that of the course.
    """
    data: dict[str, str | bytes] = {"model": model or PAGE.read_bytes()}
    return Figure("live", data | ({"text": text} if text else {}))


def ruler() -> Figure:
    """Weights in 8 to 2 bits: what is stored, and what is then written."""
    return Figure("ruler", ruler_data())


def files() -> dict[str, bytes]:
    """What the figures mount on a page; the model is there for all of them."""
    return {"ruler.json": to_json(ruler_data())}


def ruler_data() -> dict[str, Any]:
    """Two rows of a matrix, and what `tools.capstone` has measured."""
    stored = json.loads(RESULTS.read_text())
    return {
        "weights": stored["far_apart"]["weights"],
        "largest": max(abs(w) for w in stored["far_apart"]["weights"][0]),
        "score": stored["rounded"],
        "written": stored["written"],
    } | stored["numbers"]
