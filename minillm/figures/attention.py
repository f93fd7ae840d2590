"""Figures of chapter 6: attention by hand, in blocks, in a trained model."""

from collections.abc import Sequence
from typing import Any

from minillm.export import PAGE
from minillm.figures.widget import Figure


def attending(
    words: Sequence[str] | None = None,
    q: Sequence[Sequence[float]] = (),
    k: Sequence[Sequence[float]] = (),
    v: Sequence[Sequence[float]] = (),
) -> Figure:
    """Attention of your tokens, two numbers in each row, or the chapter's."""
    data = {"words": list(words), "q": q, "k": k, "v": v} if words else {}
    return Figure("attending", data)


def blocks() -> Figure:
    """The chapter's four tokens, their keys read in blocks."""
    return Figure("blocks")


def heads(text: str | None = None, model: bytes | None = None) -> Figure:
    """The heads of a model on your sentence; `model` is a file of
    `minillm.export`, by default that of the course.
    """
    data: dict[str, Any] = {"model": model or PAGE.read_bytes()}
    return Figure("heads", data | ({"text": text} if text else {}))


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {PAGE.name: PAGE.read_bytes()}
