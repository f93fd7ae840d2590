"""Figure of chapter 14: the mini-LLM, live."""

from minillm.export import PAGE
from minillm.figures.widget import Figure


def live(text: str | None = None, model: bytes | None = None) -> Figure:
    """The model reads your text, says what surprised it, and writes on;
    `model` is a file of `minillm.packing`, by default that of the course.
    """
    data: dict[str, str | bytes] = {"model": model or PAGE.read_bytes()}
    return Figure("live", data | ({"text": text} if text else {}))
