"""Figures of chapter 10: the knobs on a real distribution, the beam tree."""

from minillm.export import PAGE
from minillm.figures.widget import Figure


def knobs(text: str | None = None, model: bytes | None = None) -> Figure:
    """The rules of sampling on what follows your text; `model` is a file of
    `minillm.export`, by default that of the course.
    """
    return Figure("knobs", _data(text, model))


def beamtree(text: str | None = None, model: bytes | None = None) -> Figure:
    """Beam search on two toys, and on a model behind your text."""
    return Figure("beamtree", _data(text, model))


def _data(text: str | None, model: bytes | None) -> dict[str, str | bytes]:
    """What both figures mount."""
    data: dict[str, str | bytes] = {"model": model or PAGE.read_bytes()}
    return data | ({"text": text} if text else {})
