"""Figures of chapter 8: sizes of models, and a language of two letters."""

from minillm.figures.widget import Figure


def configurator(model: str = "LLaMA 7B") -> Figure:
    """Parameters and memory of a published model, its sizes to be changed."""
    return Figure("configurator", {"model": model})


def twoletters(p: list[float] | None = None) -> Figure:
    """Your probabilities of AA, AB, BA and BB, or the chapter's."""
    return Figure("twoletters", {"p": p} if p else {})
