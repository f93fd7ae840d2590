"""Write what the figures mount on the book's pages: `book/figures/data/`."""

from pathlib import Path

from minillm.figures import (
    attention,
    capstone,
    editing,
    finetuning,
    ngrams,
    recurrence,
    scaling,
    senses,
    stack,
    tokens,
    training,
    vectors,
)
from minillm.figures.widget import FIGURES

TOPICS = (
    ngrams, tokens, vectors, recurrence, senses, attention, stack, training,
    scaling, finetuning, editing, capstone,
)  # fmt: skip


def build(folder: Path = FIGURES / "data") -> dict[str, int]:
    """Write the data of the book's figures; returns each file's bytes."""
    folder.mkdir(exist_ok=True)
    sizes = {}
    for topic in TOPICS:
        for name, content in topic.files().items():
            (folder / name).write_bytes(content)
            sizes[name] = len(content)
    return sizes


if __name__ == "__main__":
    for name, n_bytes in build().items():
        print(f"book/figures/data/{name}  {n_bytes / 1e3:,.0f} kB")
